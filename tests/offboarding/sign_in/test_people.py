"""An administrator resets a lost second factor and ends sessions; who did it and why is written down."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from offboarding import customer_access, people, reauthentication
from tests.offboarding.sign_in.doing import app_code, give_app, password, signed_in


@pytest.fixture
def lea(db):
    user = User.objects.create_user("lea", "lea@vendor.example", "correct horse battery staple", is_staff=True)
    give_app(user)
    return user


def act(client, lea, name: str, because: str = "Lost the phone; spoke to her."):
    return client.post(f"/admin/auth/user/{lea.pk}/{name}/", {"because": because})


def test_a_reset_takes_all_factors_and_ends_all_sessions(client, sam, lea):
    browser = Client()
    client.force_login(sam)
    staff_in_as(browser, "lea")
    assert act(client, lea, "reset-second-factor").status_code == 302
    assert not lea.authenticator_set.exists()
    assert browser.get("/admin/").headers["Location"].startswith("/admin/login/")
    entry = LogEntry.objects.get(object_id=str(lea.pk))
    assert entry.user == sam
    assert "Second factor reset; 1 removed, 1 sessions ended. Lost the phone" in entry.change_message


def staff_in_as(browser: Client, name: str) -> None:
    password(browser, name)
    browser.post("/accounts/2fa/authenticate/", {"code": app_code()})
    assert signed_in(browser)


def test_ending_sessions_leaves_the_factor(client, sam, lea):
    browser = Client()
    client.force_login(sam)
    staff_in_as(browser, "lea")
    assert browser.get("/admin/").status_code == 200
    assert act(client, lea, "end-sessions").status_code == 302
    assert lea.authenticator_set.exists()
    assert browser.get("/admin/").status_code == 302


@pytest.mark.parametrize("name", ["reset-second-factor", "end-sessions"])
def test_a_page_says_first_what_follows_and_changes_nothing(client, sam, lea, name):
    client.force_login(sam)
    page = client.get(f"/admin/auth/user/{lea.pk}/{name}/").content.decode()
    assert "This person" in page or "of this person" in page
    assert "lea" in page
    assert act(client, lea, name, because=" ").status_code == 400
    assert lea.authenticator_set.exists()
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("name", ["reset-second-factor", "end-sessions"])
def test_only_a_superuser_may(client, charlie, permit, lea, name):
    client.force_login(permit(charlie, "view_user", "change_user"))
    assert client.get(f"/admin/auth/user/{lea.pk}/{name}/").status_code == 403
    assert act(client, lea, name).status_code == 403
    assert lea.authenticator_set.exists()
    with pytest.raises(PermissionDenied):
        people.reset_second_factor(lea, by=charlie, because="x")
    with pytest.raises(PermissionDenied):
        people.end_sessions(lea, by=charlie, because="x")


def test_ones_own_factor_is_changed_on_ones_own_page(client, sam):
    client.force_login(sam)
    with pytest.raises(ValidationError, match="your own page"):
        people.reset_second_factor(sam, by=sam, because="x")
    assert sam.authenticator_set.exists()


def test_who_has_none_cannot_have_it_reset(sam, charlie):
    with pytest.raises(ValidationError, match="no second factor"):
        people.reset_second_factor(charlie, by=sam, because="x")


def test_the_list_shows_who_has_which_factor_and_no_accounts_of_contacts(client, sam, lea, charlie, contact):
    made = customer_access.account_of(contact)
    assert made is not None
    client.force_login(sam)
    page = client.get("/admin/auth/user/").content.decode()
    assert "none yet" in page
    assert page.count(">app<") == 2
    assert made.username not in page
    assert client.get(f"/admin/auth/user/{made.pk}/change/").status_code == 302
    own = client.get(f"/admin/auth/user/{lea.pk}/change/").content.decode()
    assert f"/admin/auth/user/{lea.pk}/reset-second-factor/" in own


@pytest.mark.parametrize("path", ["mfa/authenticator", "account/emailaddress", "usersessions/usersession",
                                  "socialaccount/socialapp", "socialaccount/socialaccount"])  # fmt: skip
def test_no_list_of_the_admin_goes_round_these_acts(client, sam, path):
    client.force_login(sam)
    assert client.get(f"/admin/{path}/").status_code == 404


def test_a_password_asked_for_again_is_still_only_the_own_one(sam):
    reauthentication.confirm(sam, "correct horse battery staple")
    with pytest.raises(ValidationError):
        reauthentication.confirm(sam, "wrong")


def test_who_has_no_password_here_shows_a_code_of_the_app_and_each_code_once(sam):
    sam.set_unusable_password()
    sam.save()
    give_app(sam)
    reauthentication.confirm(sam, app_code())
    with pytest.raises(ValidationError, match="neither your password nor a code"):
        reauthentication.confirm(sam, app_code())


@pytest.mark.parametrize("said", ["", "!", "000000"])
def test_who_has_neither_password_nor_app_confirms_nothing(sam, said):
    sam.set_unusable_password()
    sam.save()
    for wrong in (said, sam.password):
        with pytest.raises(ValidationError, match="neither your password nor a code"):
            reauthentication.confirm(sam, wrong)


def test_the_code_of_somebody_elses_app_is_no_use(sam, lea):
    with pytest.raises(ValidationError, match="neither your password nor a code"):
        reauthentication.confirm(sam, app_code())
