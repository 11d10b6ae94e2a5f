"""``manage.py demo`` – the main jobs on the embedded default: cases, a deletion, an export and its proof, the admin."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from exports import jobs
from exports.models import ExportJob
from exports.progress import progress_of
from exports.sample.platform import Summary, create
from offboarding.models import Agreement, Customer
from retention.sample import cases, cast, demo_state, erasing

SIZE = 40_000
"""About how many rows the sample platform gets: enough to look at, and packed within half a minute."""
POST_EVERY = 10
"""Seconds between two rounds of the letters while somebody plays."""
PATIENCE = 600
"""Seconds after which an export that does not end is reported as a failure."""


class Command(BaseCommand):
    """Shows the main jobs for real: cron, queue, worker, package and proof. Needs DEBUG=true; may be run again."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="stop before serving the admin")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--size", type=int, default=SIZE, help="about how many rows the platform gets")
        parser.add_argument("--restore", action="store_true", help="bring the platform back as an old backup would")

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs every step; exits non-zero when the export is not complete or does not verify."""
        if not settings.DEBUG:
            raise CommandError("The demo writes a known login; it runs only with DEBUG=true.")
        staff = self._prepare()
        customer = self._cases(staff, options["size"], restore=options["restore"])
        self._say(f"Sending the letters that are due, into {settings.EMAIL_FILE_PATH or settings.EMAIL_HOST}")
        call_command("send_reminders", stdout=self.stdout)
        self._delete()
        with _process("qcluster"):
            if not ExportJob.objects.filter(customer=customer, state=ExportJob.State.EXPIRED).exists():
                self._prove(self._exported(customer) or self._export(customer, staff))
            if not options["no_serve"]:
                self._serve(options["port"])

    def _cases(self, staff: User, size: int, *, restore: bool) -> Customer:
        """The platform and its customers' cases, made once: what has been erased stays erased when it is run again."""
        if not Agreement.objects.exists():
            summary = self._sample(size)
            self._say("Playing a year of customers and agreements: the clock of the demo is set to each day in turn")
            return cases.make(summary.tenants, staff)
        if not cases.played():
            raise CommandError("An earlier demo was interrupted, or is of an older version. Remove var/ and try again.")
        if restore:
            self._sample(size)
            self._say("The platform is as it was before: looking for erased customers that came back")
            with suppress(SystemExit):  # its exit code tells cron that somebody came back
                call_command("reapply_deletions", stdout=self.stdout)
        return cases.to_export()

    def _delete(self) -> None:
        self._say(f"Erasing the data of {cases.ERASED}, approved by “{cast.LEGAL}”")
        erasing.erase_one(self.stdout)
        self._say("What cron finds to delete today")
        erasing.enforce(self.stdout)
        if Agreement.objects.filter(number=cases.READY, erased_at=None).exists():
            self._say(f"{cases.READY} is planned and waits for an approval")

    def _prepare(self) -> User:
        self._say("Preparing the application's own database")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        demo_state.begin()
        return cast.enter()

    def _sample(self, size: int) -> Summary:
        self._say("Creating the sample learning platform")
        summary = create(settings.PLATFORM_URLS["platform"], storages["platform_media"], size=size)
        for tenant in summary.tenants.values():
            self.stdout.write(f"  {tenant.name}: {sum(tenant.rows.values()):,} rows, {len(tenant.files):,} files")
        return summary

    def _exported(self, customer: Customer) -> ExportJob | None:
        """The package of an earlier round: the clock may have been turned to where no other may be requested."""
        return ExportJob.objects.filter(customer=customer, state=ExportJob.State.COMPLETE).order_by("-pk").first()

    def _export(self, customer: Customer, staff: User) -> ExportJob:
        for job in ExportJob.objects.filter(customer=customer, state__in=ExportJob.ACTIVE):
            jobs.cancel(job, by=staff)
        job = jobs.request_export(customer, by=staff)
        self._say(f"Export {job.pk} of {customer} is requested; the queue's worker takes it")
        started, shown = time.monotonic(), ""
        while job.state in ExportJob.ACTIVE:
            if time.monotonic() - started > PATIENCE:
                raise CommandError(f"Export {job.pk} has not ended after {PATIENCE} s; it is {job.state}.")
            time.sleep(0.5)
            job.refresh_from_db()
            progress = progress_of(job, timezone.now())
            line = f"  {progress['percent']:3d} %  {progress['step']}  {progress['text']}"
            if line != shown:
                self.stdout.write(line)
                shown = line
        if job.state != ExportJob.State.COMPLETE:
            raise CommandError(f"Export {job.pk} is {job.state}: {job.error or job.statement}")
        return job

    def _prove(self, job: ExportJob) -> None:
        folder = Path(storages["exports"].path(job.manifest_name)).parent
        self._say("Verifying the package as the customer would, with the script that lies beside it")
        done = subprocess.run(  # noqa: S603 – our own script
            [sys.executable, str(folder / "verify.py"), str(folder)], check=False
        )
        if done.returncode:
            raise CommandError("The package does not verify.")
        self._say(f"The package lies in {folder}")
        for volume in job.volumes.all():
            self.stdout.write(f"  {Path(volume.name).name}  {volume.bytes:>12,} bytes  sha256 {volume.sha256[:16]}…")

    def _serve(self, port: int) -> None:
        self._say(f"Open http://127.0.0.1:{port}/demo/   (Ctrl-C ends)")
        logging.getLogger("django.server").addFilter(lambda told: told.levelno >= logging.ERROR)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us ends the queue's worker too
        threading.Thread(target=_post, daemon=True).start()
        with suppress(KeyboardInterrupt):
            call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, stdout=StringIO(), skip_checks=True)

    def _say(self, text: str) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(text))
        self.stdout.flush()


def _post() -> None:
    """Cron's part while somebody plays: what is in the outbox goes out within seconds."""
    while True:
        time.sleep(POST_EVERY)
        with suppress(OperationalError):  # somebody else writes just now; the next round does it
            call_command("send_reminders", stdout=StringIO())


@contextmanager
def _process(command: str) -> Iterator[None]:
    """A management command beside us, ended with us."""
    manage = str(settings.BASE_DIR / "manage.py")
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen([sys.executable, manage, command], env=environment, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
