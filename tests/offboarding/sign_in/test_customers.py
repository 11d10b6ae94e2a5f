"""Customers sign in with a code that goes to the address in the register, and to no other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.offboarding.sign_in.doing import ask, code_in, password, signed_in, type_code

CODE_PAGE = "/leaving/sign-in/code/"
NOT_OFFERED = """
signup/ signup/passkey/ email/ confirm-email/ password/set/ password/reset/ password/reset/done/ phone/verify/
login/code/ login/code/confirm/ 3rdparty/ 3rdparty/signup/ social/signup/ social/connections/ oidc/sso/login/
2fa/trust/ 2fa/webauthn/login/ 2fa/webauthn/signup/
"""
"""Below ``/accounts/``: what allauth would have."""


def test_a_contact_gets_a_code_by_mail_and_signs_in_with_it(browser, contact, mails):
    assert ask(browser).headers["Location"] == CODE_PAGE
    (mail,) = mails(1)
    assert mail.to == ["anna@alice.example"]
    answer = type_code(browser, code_in(mail))
    assert answer.headers["Location"] == "/"
    assert browser.get("/leaving/").status_code in (200, 302)
    user = User.objects.get(email="anna@alice.example")
    assert (user.is_staff, user.has_usable_password(), user.first_name, user.last_name) == (False, False, "", "")
    assert "anna" not in user.username


def test_the_mail_is_in_the_contacts_language_and_holds_no_link_that_acts(browser, contact, mails, settings):
    ask(browser)
    (mail,) = mails(1)
    assert mail.body.startswith("Hej Anna Ö,")
    assert code_in(mail) not in mail.subject
    html = mail.alternatives[0].content
    assert 'lang="sv"' in html
    assert html.count("href=") == 1
    assert f'href="{settings.SITE_URL}/leaving/sign-in/"' in html
    until = timezone.localtime(timezone.now() + timedelta(minutes=10))
    said = " ".join(mail.body.split(code_in(mail))[1].split())
    assert f"{until:%H}:" in said
    assert f"({settings.TIME_ZONE})" in said
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"


def test_the_code_is_taken_as_people_type_it(browser, contact, mails):
    ask(browser)
    type_code(browser, f" {code_in(mails(1)[0]).lower().replace('-', ' ')} ")
    assert signed_in(browser)


def answers(address: str) -> list[tuple[object, ...]]:
    """What a visitor sees on the way, without what differs each time by itself."""
    browser = Client()
    seen = []
    for answer in (ask(browser, address), browser.get(CODE_PAGE), *(type_code(browser, "AAAA-AAAA") for _ in range(3))):
        text = answer.content.decode().replace(address, "ADDRESS")
        text = "".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)
        seen.append((answer.status_code, answer.headers.get("Location"), text, sorted(answer.headers)))
    return seen


def test_an_unknown_address_gets_the_same_answers_and_no_mail(contact, mails, staff):
    known = answers("anna@alice.example")
    unknown = answers("nobody@alice.example")
    assert unknown == known
    mails(1)
    assert not User.objects.filter(is_staff=False, email="").exists()
    assert User.objects.filter(is_staff=False).count() == 1


def test_the_steps_in_the_database_are_as_many_for_a_stranger_as_for_a_contact(contact):
    counts = []
    for address in ("anna@alice.example", "nobody@alice.example"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            ask(Client(), address)
        counts.append(len(asked))
    assert abs(counts[0] - counts[1]) <= 2, counts


@pytest.mark.requires("postgresql")
@pytest.mark.parametrize("address", ["anna@alice.example", "nobody@alice.example"])
def test_a_new_account_does_not_keep_its_contact_waiting_for_the_disk_longer_than_a_stranger(contact, address):
    with CaptureQueriesContext(connection) as asked:
        ask(Client(), address)
    steps = [query["sql"] for query in asked]
    made = next(number for number, step in enumerate(steps) if step.startswith('INSERT INTO "auth_user"'))
    assert steps[made - 1] == "SET LOCAL synchronous_commit TO OFF"
    assert any(step.startswith('INSERT INTO "django_session"') for step in steps[made:])


@pytest.mark.parametrize("field", ["may_see", "ended_at"])
def test_who_may_not_see_or_has_ended_gets_no_code(browser, contact, mails, field):
    setattr(contact, field, False if field == "may_see" else timezone.now())
    contact.save()
    assert ask(browser).headers["Location"] == CODE_PAGE
    mails(0)
    assert not User.objects.filter(is_staff=False).exists()


def test_opening_pages_uses_no_code_up(browser, contact, mails):
    """A mail scanner opens every address of the mail, and any it can guess."""
    ask(browser)
    code = code_in(mails(1)[0])
    for one in (browser, Client()):
        for address in ("/leaving/sign-in/", CODE_PAGE, f"{CODE_PAGE}?code={code}", f"/leaving/sign-in/?code={code}"):
            one.get(address)
            one.head(address)
            assert not signed_in(one)
    type_code(browser, code)
    assert signed_in(browser)


def test_a_code_works_only_in_the_browser_that_asked(browser, contact, mails):
    ask(browser)
    other = Client()
    ask(other)
    code = code_in(mails(2)[0])
    type_code(other, code)
    type_code(Client(), code)
    assert not signed_in(other)
    type_code(browser, code)
    assert signed_in(browser)


def test_a_code_works_once(browser, contact, mails):
    ask(browser)
    code = code_in(mails(1)[0])
    type_code(browser, code)
    browser.post(reverse("account_logout"))
    type_code(browser, code)
    assert not signed_in(browser)


def test_after_three_wrong_tries_the_right_code_is_none_any_more(browser, contact, mails):
    ask(browser)
    for _attempt in range(3):
        type_code(browser, "AAAA-AAAA")
    type_code(browser, code_in(mails(1)[0]))
    assert not signed_in(browser)


def test_after_ten_minutes_it_is_none_either(browser, contact, mails, later):
    ask(browser)
    code = code_in(mails(1)[0])
    with later(minutes=10.1):
        type_code(browser, code)
    assert not signed_in(browser)


def test_codes_for_one_address_are_limited_known_or_not(contact, mails):
    for address in ("anna@alice.example", "nobody@alice.example"):
        for _attempt in range(3):
            assert ask(Client(), address).status_code == 302
        said = ask(Client(), address)
        assert said.status_code == 200
        assert "Too many codes were asked for" in said.content.decode()
    mails(3)


def test_writing_the_address_otherwise_gets_no_more_codes(contact, mails):
    for address in ("anna@alice.example", "Anna@alice.example", "ANNA@Alice.Example"):
        assert ask(Client(), address).status_code == 302
    assert ask(Client(), "aNNA@alice.example").status_code == 200
    mails(3)


def test_a_contact_who_ended_meanwhile_does_not_get_in_with_the_code(browser, contact, mails):
    ask(browser)
    code = code_in(mails(1)[0])
    contact.ended_at = timezone.now()
    contact.save()
    assert type_code(browser, code).headers["Location"] == reverse("account_inactive")
    assert not signed_in(browser)


def test_ending_a_contact_ends_its_sessions_unless_it_acts_for_another_customer(browser, contact, mails, staff, bob):
    from offboarding import contacts
    from offboarding.models import Contact

    other = Contact.objects.create(customer=bob, name="Anna", email="Anna@Alice.example")
    ask(browser)
    type_code(browser, code_in(mails(1)[0]))
    contacts.end(contact, by=staff, because="Left the school.")
    assert browser.get("/leaving/").status_code == 200
    contacts.change(other, by=staff, may_see=False)
    assert browser.get("/leaving/").headers["Location"].startswith(reverse("portal-sign-in"))
    assert not signed_in(browser)


def test_another_address_of_the_contact_ends_the_sessions_of_the_old_one(browser, contact, mails, staff):
    from offboarding import contacts

    ask(browser)
    type_code(browser, code_in(mails(1)[0]))
    contacts.change(contact, by=staff, name="Anna Öberg")
    assert browser.get("/leaving/").status_code == 200
    contacts.change(contact, by=staff, email="anna@new.example")
    assert browser.get("/leaving/").status_code == 302


def test_staff_get_no_code_even_where_they_are_entered_as_a_contact(browser, contact, sam, mails):
    sam.email = "ANNA@alice.example"
    sam.save()
    assert ask(browser).headers["Location"] == CODE_PAGE
    mails(0)


def test_who_became_staff_meanwhile_does_not_get_in_by_code(browser, contact, mails):
    ask(browser)
    User.objects.filter(email=contact.email).update(is_staff=True)
    type_code(browser, code_in(mails(1)[0]))
    assert not signed_in(browser)


def test_no_password_signs_a_contact_in(browser, contact):
    from tests.offboarding.sign_in.conftest import PASSWORD

    ask(browser)
    user = User.objects.get(email=contact.email)
    user.set_password(PASSWORD)
    user.save()
    other = Client()
    assert "do not belong together" in password(other, user.username).content.decode()
    assert not signed_in(other)


def test_nobody_reaches_what_is_not_offered(browser, client, staff, contact, mails):
    client.force_login(staff)
    ask(browser)
    type_code(browser, code_in(mails(1)[0]))
    for address in NOT_OFFERED.split():
        for one in (Client(), browser, client):
            assert one.get(f"/accounts/{address}").status_code == 404, address
            assert one.post(f"/accounts/{address}").status_code == 404, address


def test_a_contact_has_no_page_of_the_staffs_sign_in(browser, contact, mails):
    ask(browser)
    type_code(browser, code_in(mails(1)[0]))
    for address in ("2fa/", "2fa/totp/activate/", "2fa/webauthn/add/", "2fa/recovery-codes/generate/", "sessions/",
                    "password/change/", "reauthenticate/"):  # fmt: skip
        assert browser.get(f"/accounts/{address}").status_code == 404, address
