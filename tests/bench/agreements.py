"""``python -m tests.bench.agreements``: how fast the list of agreements is with a million of them.

Environment: ``AGREEMENTS`` (1000000), ``ROUNDS`` (5), ``DATABASE_URL`` of a PostgreSQL database for nothing else (else
one of our own, gone afterwards); a database that is filled already is measured as it is. Prints the median of each
page in milliseconds and its queries, and the plan of the slowest query of a page that takes more than 300 ms.
"""

from __future__ import annotations

import base64
import os
import re
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests import parts
from tests.servers.postgres import OwnPostgres

COUNT = int(os.environ.get("AGREEMENTS", "1000000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SLOW = 0.3
LIST = "/admin/offboarding/agreement/"


@dataclass
class Figure:
    """One page: the median of its seconds, and its queries as Django captured them."""

    name: str
    seconds: float
    queries: list[dict[str, str]]
    rows: str


def pages() -> dict[str, str]:
    """What is looked at → its address."""
    from offboarding.models import Agreement, Contact

    some = Agreement.objects.select_related("customer").get(number=f"A-{COUNT // 2:07}")
    leaving = Agreement.objects.filter(ending="notice", erased_at=None).order_by("pk")[0]
    address = Contact.objects.filter(customer=some.customer)[0].email
    searches = {
        "number": some.number, "reference": some.reference, "tenant key": some.customer.tenant_key,
        "address": address, "whole name": some.customer.name, "name of 3 %": "gothenburg", "word of 20 %": "academy",
        "two words": "academy gothenburg", "nothing": "nobody is called this", "two letters": "al", "one digit": "7",
        "a domain": "@customer-777", "number's start": "A-00123",
    }  # fmt: skip
    phases = ("active", "notice_given", "ending", "export_window", "closing", "on_hold", "deleted")
    return {
        "list": LIST,
        "list, page 100": f"{LIST}?p=100",
        "list, last page": f"{LIST}?p=200",
        "list, by number": f"{LIST}?o=0",
        **{f"phase {phase}": f"{LIST}?phase={phase}" for phase in phases},
        "phase active, page 100": f"{LIST}?phase=active&p=100",
        "phase deleted, page 100": f"{LIST}?phase=deleted&p=100",
        "needs a person": f"{LIST}?person=yes",
        **{f"due {due}": f"{LIST}?due={due}" for due in ("service_7", "window_7", "deletion_30", "held")},
        **{f"waiting for {whom}": f"{LIST}?waiting={whom}" for whom in ("offer", "objection", "package")},
        **{f"clock {clock}": f"{LIST}?clock={clock}" for clock in ("contract", "data_act")},
        "ending, Data Act, a person": f"{LIST}?phase=ending&clock=data_act&person=yes",
        **{f"search {what}": f"{LIST}?q={words}" for what, words in searches.items()},
        "search and phase": f"{LIST}?q=academy&phase=ending",
        "agreement page": f"{LIST}{leaving.pk}/change/",
        **{f"everywhere {what}": f"/admin/search/?stay=1&q={quote(words)}" for what, words in searches.items()},
        **{name: f"/admin/offboarding/{name}/" for name in ("customer", "contact", "letter", "storedmessage")},
        "contacts by a name": "/admin/offboarding/contact/?q=contact+777",
        "customers by a name": "/admin/offboarding/customer/?q=academy+gothenburg",
        "letters by an address": f"/admin/offboarding/letter/?q={quote(address)}",
        "letters that came back": "/admin/offboarding/letter/?person=yes",
    }


def measure(client: Any, name: str, address: str) -> Figure:
    """One page, once to warm up and to count, then ``ROUNDS`` times."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
        queries = list(captured.captured_queries)
    assert answer.status_code == 200, f"{name}: {address} answered {answer.status_code}"
    rows = re.search(r"<span>\s*(more than )?([0-9]+) agreement", answer.content.decode())
    seconds = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        client.get(address)
        seconds.append(time.perf_counter() - start)
    return Figure(name, statistics.median(seconds), queries, "".join(rows.groups("")) if rows else "")


def explain(figure: Figure) -> None:
    """Prints the plan of the slowest query of a page."""
    from django.db import connection

    slowest = max(figure.queries, key=lambda query: float(query["time"]))
    print(f"\n{figure.name}: {slowest['time']} s\n{slowest['sql']}")
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + slowest["sql"].replace("%", "%%"), [])
        print("\n".join(line for (line,) in cursor.fetchall()))


def reminders() -> Figure:
    """What ``send_reminders`` selects before it writes anything."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from offboarding.reminders import _due

    seconds = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        with CaptureQueriesContext(connection) as captured:
            rows = sum(len(due.values_list("pk")) for _occasion, due in _due(timezone.localdate()))
            queries = list(captured.captured_queries)
        seconds.append(time.perf_counter() - start)
    return Figure("reminders, selection", statistics.median(seconds), queries, str(rows))


def run() -> None:
    """Fill the database where it is empty, measure every page, print the table."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    from offboarding.models import Agreement
    from tests.bench import agreements_seed
    from tests.cast import Browser

    if not Agreement.objects.exists():
        start = time.perf_counter()
        agreements_seed.fill(COUNT)
        print(f"{COUNT:,} agreements in {time.perf_counter() - start:.0f} s\n")
    client = Browser()
    client.force_login(agreements_seed.staff())
    wanted = sys.argv[1:]
    chosen = {name: url for name, url in pages().items() if not wanted or any(word in name for word in wanted)}
    figures = [measure(client, name, url) for name, url in chosen.items()]
    figures += [reminders()] if not wanted or "reminders" in wanted else []
    print(f"{'page':<32}{'ms':>8}{'queries':>9}{'rows':>18}")
    for one in figures:
        print(f"{one.name:<32}{one.seconds * 1000:>8.0f}{len(one.queries):>9}{one.rows:>18}")
    for one in figures:
        if one.seconds > SLOW:
            explain(one)


if __name__ == "__main__":
    server = None if os.environ.get("DATABASE_URL") else OwnPostgres(parts.need("postgresql"))
    if server:
        server.start()
        os.environ["DATABASE_URL"] = server.url(server.create())
    os.environ.update(
        DEBUG="true", DJANGO_SETTINGS_MODULE="offboarding.settings", SIGNING_KEY=base64.b64encode(bytes(32)).decode()
    )
    try:
        run()
    finally:
        if server:
            server.close()
