"""``make screenshots``: every page as a picture, in both languages and themes, wide and as on a phone.

Environment: ``SCREENSHOTS``, the folder; ``ONLY``, words that choose pages by name. Not collected with the tests.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error

from tests.browser.pages import Shown, links_of, of_customers, of_strangers

pytestmark = pytest.mark.requires("chromium", "postgresql")

FOLDER = Path(os.environ.get("SCREENSHOTS", "var/screenshots"))
ONLY = os.environ.get("ONLY", "").split()
TALLEST = 6000
"""Pixels; a list that is longer looks the same further down."""


def of_the_desk(world, walk) -> list[Shown]:
    """One page of each kind: the newest record's, and every form."""
    kinds = {}
    for address in walk:
        kind = re.sub(r"/[0-9]+/", "/N/", address)
        kinds.setdefault(kind, address)
    cases = [(world.agreement(number), number) for number in ("A-1001", "A-1002", "A-1007")]
    found = [
        Shown(f"desk{kind.replace('/admin', '').replace('/', '-').rstrip('-')}", kinds[kind], world.sam)
        for kind in kinds
    ]
    return found + [
        Shown(f"desk-{number}", f"/admin/offboarding/agreement/{case.pk}/change/", world.sam) for case, number in cases
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1360, 390])
@pytest.mark.parametrize("language", ["en", "sv"])
def test_take(page_as, world, walk, language, width, dark):
    look = look_of(language, width, dark)
    tabs: dict[Any, Any] = {}  # a browser of one's own for each person: opening one costs more than a page
    if not ONLY or "sign-in-code" in ONLY:
        tab = page_as(None, language, width, dark=dark)
        tab.open("/leaving/sign-in/").fill("[name=email]", world.consultant.email)
        tab.page.click("main form .button")
        tab.page.wait_for_url("**/code/")
        picture(tab, f"sign-in-code-{look}")
    for shown in [*of_strangers(), *of_customers(world), *of_the_desk(world, walk)]:
        if ONLY and not any(word in shown.name for word in ONLY):
            continue
        if shown.who not in tabs:
            tabs[shown.who] = page_as(shown.who, language, width, dark=dark)
        tab = tabs[shown.who]
        if not tab.may_open(shown.address) and shown.status == 200:
            continue
        picture(tab, f"{shown.name}-{look}")
        if shown.name.startswith("case-"):
            for address in links_of(tab, shown.address):
                if tab.may_open(address):
                    part = address.removeprefix(shown.address).strip("/").replace("/", "-")
                    picture(tab, f"{shown.name}-{part}-{look}")


@pytest.fixture(scope="module")
def crowded(world) -> Any:
    """An agreement with 200 notices and 10,000 entries in the journal, its customer's name as long as it may be."""
    from django.db import transaction
    from django.utils import timezone

    from offboarding import journal
    from offboarding.actors import Actor
    from offboarding.models import TerminationNotice

    agreement, now = world.agreement("A-1008"), timezone.now()
    state = TerminationNotice.State.WITHDRAWN
    facts = {"channel": "email", "received_at": now, "received_by": "cron:fetch notices", "recorded_at": now}
    notices = TerminationNotice.objects.bulk_create(
        TerminationNotice(agreement=agreement, state=state, sender=f"{'long' * 15}{number}@stenbro.example", **facts)
        for number in range(200)
    )
    with transaction.atomic():
        for number in range(10_000):
            notice, why = notices[number % len(notices)], "Ö" * 90 if number % 7 == 0 else "As they asked."
            said = {"reason": why, "facts": {"notice": notice.pk}}
            journal.record("notice.withdrawn", actor=Actor.machine("import"), **said, **journal.case_of(agreement))
    agreement.customer.name = "Ö" + "sterlångsjöns".ljust(240, "å") + " مدرسة"
    agreement.customer.save()
    return agreement


@pytest.mark.parametrize(("language", "width", "dark"), [("en", 1360, False), ("sv", 390, True)])
def test_take_what_is_crowded(page_as, world, request, language, width, dark):
    if ONLY and "crowded" not in ONLY:
        return
    look, crowded = look_of(language, width, dark), request.getfixturevalue("crowded")
    tab = page_as(world.sam, language, width, dark=dark)
    case = f"/admin/offboarding/agreement/{crowded.pk}/change/"
    lists = [f"/admin/offboarding/{model}/" for model in ("agreement", "customer", "terminationnotice", "journalentry")]
    for address in [case, "/admin/", *lists]:
        assert tab.may_open(address), address
        picture(tab, f"crowded{address.removeprefix('/admin').replace('/', '-').rstrip('-')}-{look}")
    for shown in of_customers(world):
        if shown.name == f"case-{crowded.number}":
            own = page_as(shown.who, language, width, dark=dark)
            for address in (shown.address, f"{shown.address}history/"):
                assert own.may_open(address), address
                picture(own, f"crowded-{shown.name}{'-history' * address.endswith('history/')}-{look}")


def look_of(language: str, width: int, dark: bool) -> str:
    """How a picture's name says which look it shows."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return f"{language}-{width}-{'dark' if dark else 'light'}"


def picture(tab, name: str) -> None:
    """The whole page, down to ``TALLEST``."""
    size = tab.page.evaluate("({width: innerWidth, height: document.documentElement.scrollHeight})")
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], TALLEST)}
    for last in (False, True):
        try:
            tab.page.screenshot(path=FOLDER / f"{name}.png", full_page=True, clip=clip)
        except Error as error:
            if last or "Unable to capture" not in str(error):  # which Chromium says now and then on a busy machine
                raise
        else:
            return
