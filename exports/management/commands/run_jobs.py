"""``manage.py run_jobs`` – for cron: does what the queue should have done."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from exports import jobs, reminders, worker
from exports.models import ExportJob
from offboarding import clock


class Command(BaseCommand):
    """Reminds of packages to confirm, runs waiting and abandoned exports, removes packages whose time is over."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Works through everything that is due; safe beside the queue and beside another ``run_jobs``."""
        if written := reminders.write_due(clock.today()):
            self.stdout.write(f"reminders of packages to confirm: {written}")
        for job in ExportJob.objects.due_to_expire(timezone.now()):
            jobs.expire(job)
            self.stdout.write(f"export {job.pk}: package removed, its time of keeping is over")
        for pk in ExportJob.objects.claimable(timezone.now()).order_by("pk").values_list("pk", flat=True):
            if worker.run(pk):
                state = ExportJob.objects.values_list("state", flat=True).get(pk=pk)
                self.stdout.write(f"export {pk}: {state}")
        for name in worker.clear_up():
            self.stdout.write(f"removed what a dead worker left: {name}")
