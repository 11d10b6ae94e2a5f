"""In a real browser: a passkey is added and signs in, under our content policy, and nothing keeps people out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests import parts
from tests.offboarding.sign_in.conftest import PASSWORD
from tests.offboarding.sign_in.doing import app_code, code_in

pytestmark = [
    pytest.mark.requires("chromium"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("journal_may_be_flushed"),
]
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
"""A security key that Chromium makes up."""
SIGN_IN = "form[action='/accounts/login/'] button"


class Visit:
    """A page of a browser; ``trouble``: what its console complained about."""

    def __init__(self, page: Any, site: str) -> None:
        self.page, self.site, self.trouble = page, site, []
        page.on("console", lambda said: self.trouble.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.trouble.append(str(error)))

    def go(self, path: str) -> None:
        self.page.goto(self.site + path)
        self.check()

    def check(self) -> None:
        from axe_playwright_python.sync_playwright import Axe

        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
        found = Axe().run(self.page, options=options)
        assert found.violations_count == 0, (self.page.url, found.generate_report())


@pytest.fixture
def visit(live_server, monkeypatch) -> Iterator[Visit]:
    from playwright.sync_api import sync_playwright

    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's loop runs in this thread
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(parts.need("chromium")), args=["--no-sandbox"])
        visit = Visit(browser.new_page(locale="en-GB", viewport={"width": 390, "height": 800}), live_server.url)
        yield visit
        assert visit.trouble == []
        browser.close()


def test_a_passkey_is_added_and_signs_in(visit, sam):
    page = visit.page
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    visit.go("/admin/")
    enter_password(visit)
    visit.go("/accounts/2fa/webauthn/add/")
    page.fill("[name=name]", "Work laptop")
    page.click("form[data-passkey] .button:not(.quiet)")
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    visit.check()
    assert str(sam.authenticator_set.get(type="webauthn")) == "Work laptop"
    visit.go("/accounts/2fa/webauthn/")
    page.click("header form > button.plain")
    enter_password(visit)
    visit.check()
    page.click("form[data-passkey] .button")
    page.wait_for_url("**/admin/")


def enter_password(visit: Visit) -> None:
    visit.page.fill("[name=login]", "sam")
    visit.page.fill("[name=password]", PASSWORD)
    visit.page.click(SIGN_IN)


def test_a_passkey_that_is_refused_is_said_and_nothing_changes(visit, sam):
    visit.go("/admin/")
    enter_password(visit)
    visit.go("/accounts/2fa/webauthn/add/")
    visit.page.evaluate("() => { navigator.credentials.create = () => Promise.reject(new Error('refused')) }")
    visit.page.click("form[data-passkey] .button:not(.quiet)")
    visit.page.wait_for_selector("[data-passkey-trouble]:not([hidden])")
    assert "Nothing has been changed" in visit.page.inner_text("[data-passkey-trouble]")
    assert not sam.authenticator_set.exists()


def test_an_app_is_set_up_and_every_page_of_the_own_sign_in_is_usable(visit, sam):
    visit.go("/admin/")
    enter_password(visit)
    visit.go("/accounts/2fa/")
    visit.go("/accounts/2fa/totp/activate/")
    visit.page.fill("[name=code]", app_code(visit.page.inner_text("code.secret")))
    visit.page.click("main .button:not(.quiet)")
    visit.page.wait_for_url("**/recovery-codes/")
    for path in ("", "totp/deactivate/", "webauthn/", "recovery-codes/", "recovery-codes/generate/", "reauthenticate/"):
        visit.go(f"/accounts/2fa/{path}")
    for path in ("sessions/", "password/change/", "logout/", "inactive/"):
        visit.go(f"/accounts/{path}")


def test_a_customer_signs_in_with_the_code(visit, contact, mails):
    page = visit.page
    visit.go("/leaving/sign-in/")
    page.fill("[name=email]", contact.email)
    page.click("main form .button")
    visit.check()
    page.fill("[name=code]", "AAAA-AAAA")
    page.click("main form button.button")
    visit.check()
    page.fill("[name=code]", code_in(mails(1)[0]))
    page.click("main form button.button")
    page.wait_for_url("**/leaving/")
