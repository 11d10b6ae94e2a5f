"""``python -m tests.bench.faces``: how soon pages are seen, and how many customers at once the application serves.

Environment: ``AGREEMENTS`` (1000000), ``SECONDS`` (15) of each load, ``LOADS`` (15) of each page, ``CONNECTIONS`` (16),
``WORKERS`` (2) of gunicorn. Needs PostgreSQL's programs, wrk and Chromium. Prints the median and the slowest first
paint as Chromium reports it (Paint Timing), both in a tab that is open – as for whoever comes from another page – and
in a new tab each time, whose process has to start and to find its fonts; requests a second with their 99th percentile
as wrk does, alone and while two exports run, and the ratio of the two.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import parts
from tests.servers.ground import free_port, wait_until_answers
from tests.servers.postgres import OwnPostgres

COUNT = int(os.environ.get("AGREEMENTS", "1000000"))
SECONDS = int(os.environ.get("SECONDS", "15"))
LOADS = int(os.environ.get("LOADS", "15"))
CONNECTIONS = int(os.environ.get("CONNECTIONS", "16"))
WORKERS = int(os.environ.get("WORKERS", "2"))
VISITORS = 200
"""So many customers take turns, each with a session of its own."""
LUA = """
local lines = {}
for line in io.lines("%s") do lines[#lines + 1] = line end
local at = 0
request = function()
  at = at %% #lines + 1
  local cookie, path = lines[at]:match("(%%S+) (%%S+)")
  return wrk.format("GET", path, {Cookie = "sessionid=" .. cookie})
end
"""


def environment(server: OwnPostgres, folder: Path) -> dict[str, str]:
    """Settings as in production, everything below ``folder``."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.bench.faces_settings", "FACES_STATIC": str(folder / "static"),
        "DEBUG": "false", "SECRET_KEY": base64.b64encode(os.urandom(48)).decode(),
        "ALLOWED_HOSTS": "127.0.0.1,testserver", "SIGNING_KEY": base64.b64encode(bytes(32)).decode(),
        "SITE_URL": "http://127.0.0.1", "NOTICE_ADDRESS": "notices@vendor.example",
        "EMAIL_URL": f"filemail://{folder / 'mail'}",
        "DATABASE_URL": server.url(server.create()), "PLATFORM_URL": f"sqlite:///{folder / 'platform.sqlite3'}",
        "STORAGE_EXPORTS_URL": f"file://{folder / 'exports'}", "STORAGE_EVIDENCE_URL": f"file://{folder / 'evidence'}",
        "STORAGE_PLATFORM_MEDIA_URL": f"file://{folder / 'media'}", "STORAGE_DEFAULT_URL": f"file://{folder / 'own'}",
        "EXPORT_WORK_DIR": str(folder / "work"), "DELETION_WORK_DIR": str(folder / "deletion"),
    }  # fmt: skip


def session_of(user: Any) -> str:
    """The key of a signed-in session, with the second factor where the user is staff."""
    from tests.cast import Browser

    browser = Browser()
    browser.force_login(user)
    return browser.cookies["sessionid"].value


def visitors(lines: Path) -> tuple[str, str]:
    """Writes ``session path`` of each visitor; gives the first."""
    from django.contrib.auth.models import User

    from offboarding.models import Agreement, Contact

    said = []
    leaving = Agreement.objects.filter(ending="notice", erased_at=None).select_related("customer")
    for number, agreement in enumerate(leaving.order_by("pk")[:VISITORS]):
        contact = Contact.objects.filter(customer=agreement.customer, ended_at=None).first()
        assert contact is not None
        user = User.objects.create(username=f"contact-{number}", email=contact.email)
        said.append((session_of(user), f"/leaving/{agreement.reference}/"))
    lines.write_text("".join(f"{key} {path}\n" for key, path in said))
    return said[0]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """gunicorn with the application; its address."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "offboarding.wsgi", "--workers", str(WORKERS), "--preload"]
    with (folder / "gunicorn.log").open("w") as log:
        process = subprocess.Popen([*command, "--bind", f"127.0.0.1:{port}"], stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_answers(f"{address}/help/leaving/")
            yield address
        finally:
            process.terminate()
            process.wait()


def first_paint(address: str, path: str, key: str, *, new_tabs: bool) -> tuple[float, float]:
    """Median and largest of ``first-contentful-paint`` in milliseconds, after two loads to warm up."""
    from playwright.sync_api import sync_playwright

    times = []
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = chromium.new_context()
        context.add_cookies([{"name": "sessionid", "value": key, "url": address}])
        page = context.new_page()
        for _load in range(LOADS + 2):
            if new_tabs:
                page.close()
                page = context.new_page()
            answer = page.goto(address + path, wait_until="load")
            assert answer is not None and answer.status == 200 and path in page.url, (page.url, answer)
            script = """() => new Promise(done => new PerformanceObserver(list => {
                const found = list.getEntriesByName('first-contentful-paint');
                if (found.length) done(found[0].startTime);
            }).observe({type: 'paint', buffered: true}))"""
            times.append(page.evaluate(script))
        chromium.close()
    return statistics.median(times[2:]), max(times[2:])


def load(address: str, lines: Path) -> tuple[float, float]:
    """Requests a second, and the 99th percentile in milliseconds; any answer but 200 is an error."""
    script = lines.with_suffix(".lua")
    script.write_text(LUA % lines)
    command = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{SECONDS}s", "--latency", "-s", str(script), address]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "Non-2xx" not in said and "Socket errors" not in said, said
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    slow = re.search(r"99%\s+([0-9.]+)(us|ms|s)", said)
    assert rate and slow, said
    return float(rate[1]), float(slow[1]) * {"us": 0.001, "ms": 1, "s": 1000}[slow[2]]


@contextmanager
def exporting() -> Iterator[Any]:
    """Two processes that export, one customer each; gives how many are still at it."""
    from django.core.files.storage import storages

    from exports import jobs
    from exports.models import ExportJob
    from exports.sample.platform import create
    from offboarding.models import Customer
    from tests.bench import agreements_seed

    summary = create(os.environ["PLATFORM_URL"], storages["platform_media"], size=4_000_000)
    processes = []
    for word in ("nordic", "fjord"):
        tenant = summary.tenants[word]
        customer, _made = Customer.objects.get_or_create(tenant_key=tenant.key, defaults={"name": tenant.name})
        job = jobs.request_export(customer, by=agreements_seed.staff())
        processes.append(subprocess.Popen([sys.executable, "-c", WORK, str(job.pk)]))
    while ExportJob.objects.filter(state="running").count() < 2:
        time.sleep(0.2)
    try:
        yield lambda: ExportJob.objects.filter(state="running").count()
    finally:
        for process in processes:
            process.kill()
            process.wait()


WORK = """
import sys, django
django.setup()
from exports import worker
from offboarding.giving_way import give_way
give_way()
worker.run(int(sys.argv[1]))
"""
"""What a worker of the queue does, from its start to the end of one export."""


def run(folder: Path) -> None:
    """Fill, serve, measure, print."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.bench import agreements_seed

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    start = time.perf_counter()
    agreements_seed.fill(COUNT)
    print(f"{COUNT:,} agreements in {time.perf_counter() - start:.0f} s")
    desk = session_of(agreements_seed.staff())
    lines = folder / "visitors.txt"
    key, path = visitors(lines)
    with served(folder) as address:
        for name, where, session in (("desk", "/admin/", desk), ("self-service page", path, key)):
            for tabs in ("an open tab", "new tabs"):
                median, slowest = first_paint(address, where, session, new_tabs=tabs == "new tabs")
                print(f"{name:<20} first paint in {tabs:<12} {median:6.0f} ms, slowest of {LOADS}: {slowest:.0f} ms")
        alone, late = load(address, lines)
        print(f"{'alone':<20} {alone:7.1f} requests/s, 99 % within {late:.0f} ms", flush=True)
        with exporting() as still:
            beside, late = load(address, lines)
            print(
                f"{'beside two exports':<20} {beside:7.1f} requests/s, 99 % within {late:.0f} ms; {still()} still run"
            )
        print(f"{'ratio':<20} {beside / alone:7.2f}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="faces-") as name:
        server = OwnPostgres(parts.need("postgresql"))
        server.start()
        try:
            os.environ.update(environment(server, Path(name)))
            run(Path(name))
        finally:
            server.close()
