"""The main stories in a real browser: alice gives notice, the desk decides, she takes her data and confirms it.

She signs in by a code, the desk by password and second factor; each page on the way is one that everybody can use.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from tests.browser.test_everybody import LATER, LOOKS, wrongs
from tests.cast import SECRET

pytestmark = pytest.mark.requires("chromium", "postgresql")

PASSWORD = "correct horse battery staple"
LONG_ENOUGH = 90_000
"""Milliseconds until a page must have learnt by itself that the package is there; it asks every two seconds, and after
at most sixty where the server did not answer."""
ORGANISATION = """
INSERT INTO organisations (id, customer_code, slug, name, registration_number, email, phone, country_code,
    language_code, logo_path, created_at)
SELECT ?, ?, ?, ?, registration_number, email, phone, country_code, language_code, '', created_at
FROM organisations LIMIT 1
"""


@dataclass(frozen=True)
class Alice:
    """A customer on the platform with a running agreement, and the contact who may do everything for it."""

    agreement: Any
    contact: Any

    @property
    def page(self) -> str:
        return f"/leaving/{self.agreement.reference}/"


def leaving(tenant_key: int, language: str) -> Alice:
    """A new customer, on the platform and with us, whose term ends in half a year."""
    from django.conf import settings
    from django.contrib.auth.models import User

    from offboarding import clock, endings
    from offboarding.models import Agreement, Contact, Customer

    name = f"Alice Academy {tenant_key}"
    with sqlite3.connect(settings.PLATFORM_URLS["platform"].removeprefix("sqlite:///")) as platform:
        platform.execute(ORGANISATION, [tenant_key, f"C-{tenant_key}", f"alice-{tenant_key}", name])
    customer = Customer.objects.create(tenant_key=str(tenant_key), name=name, language=language)
    contact = Contact.objects.create(
        customer=customer, name="Alva Ek", email=f"alva@alice-{tenant_key}.example",
        may_request=True, may_confirm=True, may_give_notice=True,
    )  # fmt: skip
    today = clock.today()
    agreement = Agreement.objects.create(
        customer=customer, number=f"A-{tenant_key}",
        term_start=today - timedelta(days=180), term_end=today + timedelta(days=180),
    )  # fmt: skip
    endings.register(agreement, by=User.objects.get(username="sam"))
    return Alice(agreement, contact)


def signed_in_by_code(tab: Any, alice: Alice) -> None:
    """As a contact does it: the address, the code from the mail, and then the page that was wanted."""
    from django.core import mail

    tab.open(alice.page)
    assert "/leaving/sign-in/" in tab.page.url
    tab.page.fill("input[type=email]", alice.contact.email)
    tab.page.click("main form button")
    tab.page.wait_for_selector("main form input[name=code]")
    letters: list[Any] = []
    while not letters:  # it leaves after the answer, so that nobody can tell a contact by the time it takes
        tab.page.wait_for_timeout(100)
        letters = [one for one in mail.outbox if alice.contact.email in one.to]
    (letter,) = letters
    code = re.search(r"^\s*([A-Z0-9]{3,}(?:[- ][A-Z0-9]{3,})*)\s*$", str(letter.body), re.MULTILINE)
    assert code, letter.body
    checked(tab)
    tab.page.fill("main form input[name=code]", code[1])
    tab.page.click("main form button >> nth=0")
    tab.page.wait_for_url(f"**{alice.page}")


def signed_in_at_the_desk(tab: Any, name: str) -> None:
    """As staff does it: password, then the number that the authenticator app shows."""
    from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time

    tab.open("/admin/")
    tab.page.fill("input[name=login]", name)
    tab.page.fill("input[name=password]", PASSWORD)
    tab.page.click("main form button >> nth=0")
    checked(tab)
    number = hotp_value(SECRET, next(iter(yield_hotp_counters_from_time())))
    tab.page.fill("main form input[name=code]", f"{number:06}")
    tab.page.click("main form button >> nth=0")
    tab.page.wait_for_url("**/admin/")


def checked(tab: Any) -> None:
    """Everybody can use the page that is open."""
    assert not wrongs(tab), tab.page.url


@pytest.fixture
def lotta(world):
    """Who decides: a lead with a password and an authenticator app."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP
    from django.contrib.auth.models import Group, User

    user = User.objects.create_user("lotta", password=PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Lead"))
    TOTP.activate(user, SECRET)
    yield user
    Authenticator.objects.filter(user=user).delete()
    user.is_active = False
    user.username = f"lotta-{user.pk}"
    user.save()


@pytest.mark.parametrize("look", LATER)
def test_alice_gives_notice_the_desk_decides_and_she_takes_her_data(page_as, world, lotta, look, tmp_path):
    from exports import worker
    from exports.models import ExportJob, Receipt
    from offboarding.models import TerminationNotice

    language, width, dark = LOOKS[look]
    alice = leaving(901 + list(LOOKS).index(look), language)
    hers = page_as(None, language, width, dark=dark)
    signed_in_by_code(hers, alice)
    checked(hers)

    hers.page.click(f"a[href='{alice.page}notice/']")
    hers.page.fill("textarea[name=words]", "Vi flyttar till ett annat system.")
    hers.page.click("button[value=preview]")
    checked(hers)
    assert not TerminationNotice.objects.filter(agreement=alice.agreement).exists(), "the dates come before the sending"
    hers.page.click("button[value=send]")
    assert hers.page.locator("[role=alert]").count() == 1, "without the tick nothing is sent"
    assert all("422" in said for said in hers.complaints())
    checked(hers)
    hers.page.check("input[name=sure]")
    hers.page.click("button[value=send]")
    hers.page.wait_for_url(f"**{alice.page}")
    notice = TerminationNotice.objects.get(agreement=alice.agreement)
    assert (notice.state, notice.channel, notice.contact) == ("received", "portal", alice.contact)

    desk = page_as(None, language, width, dark=dark)
    signed_in_at_the_desk(desk, "lotta")
    checked(desk)
    decide = f"/admin/offboarding/terminationnotice/{notice.pk}/decide/"
    desk.page.click(f"a[href='{decide}']")
    checked(desk)
    desk.page.check("input[name=decision][value=timely]")
    desk.page.click("input[type=submit].default")
    desk.page.wait_for_url(f"**/admin/offboarding/agreement/{alice.agreement.pk}/change/")
    checked(desk)
    notice.refresh_from_db()
    assert (notice.state, notice.decided_by) == ("accepted", lotta)

    hers.open(alice.page)
    hers.page.click(f"a[href='{alice.page}exports/request/']")
    hers.page.click("main form button >> nth=0")
    job = ExportJob.objects.get(customer=alice.agreement.customer)
    assert job.requested_by_contact == alice.contact
    hers.open(alice.page)
    checked(hers)
    worker.run(job.pk)
    job.refresh_from_db()
    assert job.state == "complete", (job.error, job.statement)

    links = hers.page.locator(f"a[href*='{alice.page}exports/{job.pk}/files/'][href*='.zip']")
    links.first.wait_for(timeout=LONG_ENOUGH)
    checked(hers)
    assert links.count() == job.volumes.count()
    with hers.page.expect_download() as began:
        links.first.click()
    began.value.save_as(tmp_path / "volume.zip")
    first = job.volumes.order_by("number").first()
    assert hashlib.sha256((tmp_path / "volume.zip").read_bytes()).hexdigest() == first.sha256
    assert zipfile.ZipFile(tmp_path / "volume.zip").testzip() is None

    hers.open(alice.page)
    hers.page.click(f"a[href='{alice.page}exports/{job.pk}/confirm/']")
    checked(hers)
    hers.page.check("input[name=sure]")
    hers.page.click("main form button >> nth=0")
    receipt = Receipt.objects.get(job=job)
    assert (receipt.outcome, receipt.contact, receipt.manifest_sha256) == (
        "confirmed", alice.contact, job.manifest_sha256,
    )  # fmt: skip


def test_the_pages_print_without_what_is_only_to_be_clicked(page_as, world):
    from tests.browser.pages import of_customers

    shown = next(iter(of_customers(world)))
    tab = page_as(shown.who)
    tab.open(shown.address)
    assert tab.page.locator("main .button").first.is_visible()
    tab.page.emulate_media(media="print")
    assert tab.page.locator("main h1").is_visible()
    assert [button.inner_text() for button in tab.page.locator("main .button").all() if button.is_visible()] == []
