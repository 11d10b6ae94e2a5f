"""Staff sign in with a password and a second factor, and see nothing before both."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.offboarding.sign_in.conftest import PASSWORD
from tests.offboarding.sign_in.doing import app_code, give_app, password, signed_in, staff_in

DESK = "/admin/"


def test_the_password_and_the_apps_code_open_the_desk(browser, sam):
    give_app(sam)
    assert staff_in(browser).headers["Location"] == reverse("home")
    assert browser.get(DESK).status_code == 200


def test_one_signs_in_by_address_too(browser, sam):
    give_app(sam)
    assert password(browser, "Sam@Vendor.example").headers["Location"] == reverse("mfa_authenticate")


def test_the_password_alone_signs_nobody_in_who_has_a_factor(browser, sam):
    give_app(sam)
    password(browser)
    assert not signed_in(browser)
    assert browser.get(DESK).status_code == 302


@pytest.mark.parametrize("code", ["000000", "", "abc", app_code(periods=-3)])
def test_a_wrong_or_old_code_does_not(browser, sam, code):
    give_app(sam)
    password(browser)
    assert browser.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200
    assert not signed_in(browser)


def test_a_code_works_once(browser, sam, client):
    give_app(sam)
    code = app_code()
    for one, answer in ((browser, 302), (client, 200)):
        password(one)
        assert one.post(reverse("mfa_authenticate"), {"code": code}).status_code == answer
    assert not signed_in(client)


def test_wrong_codes_are_limited(browser, sam):
    give_app(sam)
    password(browser)
    for _attempt in range(5):
        browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    said = browser.post(reverse("mfa_authenticate"), {"code": app_code()}).content.decode()
    assert "Too many tries" in said
    assert not signed_in(browser)


def test_wrong_passwords_are_limited_also_for_the_right_one(browser, sam):
    for _attempt in range(5):
        assert "do not belong together" in password(browser, said="wrong").content.decode()
    assert "Too many tries" in password(browser).content.decode()


def test_an_unknown_name_reads_the_same_as_a_wrong_password(browser, sam):
    known, unknown = password(browser, said="wrong"), password(browser, "nobody", said="wrong")
    assert known.status_code == unknown.status_code == 200
    assert "do not belong together" in known.content.decode()
    assert "do not belong together" in unknown.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("journal_may_be_flushed")
def test_without_a_factor_one_is_led_to_set_one_up_and_then_gets_in(browser, sam):
    password(browser)
    assert browser.get("/admin/auth/user/").headers["Location"] == reverse("mfa_index")
    assert "Set up your second factor" in browser.get(reverse("mfa_index")).content.decode()
    page = browser.get(reverse("mfa_activate_totp"))
    secret = browser.session["mfa.totp.secret"]
    assert "<svg" in page.content.decode()
    assert "data:" not in page.content.decode()
    assert secret in page.content.decode()
    assert browser.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    assert browser.get(DESK).status_code == 302
    done = browser.post(reverse("mfa_activate_totp"), {"code": app_code(secret)})
    assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
    assert browser.get(DESK).status_code == 200


def test_an_earlier_session_without_a_factor_must_show_the_one_set_up_elsewhere(browser, sam, client):
    """Else who stole a password before the factor was set up would stay inside, and could add a factor of their own."""
    password(browser)
    give_app(sam)
    assert browser.get(DESK).headers["Location"] == f"{reverse('mfa_reauthenticate')}?next=%2Fadmin%2F"
    for closed in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes",
                   "mfa_view_recovery_codes", "account_reauthenticate", "account_change_password",
                   "usersessions_list"):  # fmt: skip
        assert browser.get(reverse(closed)).headers["Location"].startswith(reverse("mfa_reauthenticate")), closed
    browser.post(f"{reverse('mfa_reauthenticate')}?next=/admin/", {"code": app_code()})
    assert browser.get(DESK).status_code == 200


def test_a_recovery_code_opens_the_desk_once(browser, sam, client):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    give_app(sam)
    code = RecoveryCodes.activate(sam).get_unused_codes()[0]
    for one, inside in ((browser, True), (client, False)):
        password(one)
        one.post(reverse("mfa_authenticate"), {"code": code})
        assert signed_in(one) is inside


def test_the_secret_of_the_app_is_not_readable_in_the_database(sam):
    from tests.offboarding.sign_in.doing import SECRET

    give_app(sam)
    assert SECRET not in str(sam.authenticator_set.get().data)


def test_changing_a_factor_asks_for_the_factor_again_not_for_the_password(browser, sam, later):
    give_app(sam)
    staff_in(browser)
    assert browser.get(reverse("mfa_deactivate_totp")).status_code == 200
    with later(minutes=6):
        answer = browser.get(reverse("mfa_deactivate_totp"))
        assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert browser.get(reverse("account_reauthenticate")).headers["Location"].startswith(reverse("mfa_reauthenticate"))


def test_who_removes_the_last_factor_sets_up_another_before_anything_else(browser, sam):
    give_app(sam)
    staff_in(browser)
    browser.post(reverse("mfa_deactivate_totp"))
    assert not sam.authenticator_set.exists()
    assert browser.get(DESK).headers["Location"] == reverse("mfa_index")


def test_a_change_of_the_sign_in_is_told_by_mail(browser, sam, mails, django_capture_on_commit_callbacks):
    password(browser)
    browser.get(reverse("mfa_activate_totp"))
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(reverse("mfa_activate_totp"), {"code": app_code(browser.session["mfa.totp.secret"])})
    (mail,) = mails(1)
    assert mail.to == ["sam@vendor.example"]
    assert "An authenticator app was set up" in mail.body


def test_the_password_is_changed_with_the_old_one_and_other_sessions_end(browser, sam, client):
    client.force_login(sam)
    staff_in(browser)
    new = "another long enough passphrase"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert browser.post(reverse("account_change_password"), {**fields, "oldpassword": "wrong"}).status_code == 200
    assert browser.post(reverse("account_change_password"), fields).status_code == 302
    assert browser.get(DESK).status_code == 200
    assert client.get(DESK).status_code == 302
    sam.refresh_from_db()
    assert sam.check_password(new)
