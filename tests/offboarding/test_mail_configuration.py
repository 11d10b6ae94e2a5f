"""Mail settings are URLs: what they mean is said once, and what cannot be meant is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from offboarding.mail_configuration import address, inbox, outgoing, web_address

HERE = Path("/srv/offboarding")


def test_starttls_tls_and_no_tls_are_told_apart_by_the_scheme():
    assert outgoing("smtp+tls://u:p@mail.example.org", HERE)["EMAIL_USE_TLS"] is True
    assert outgoing("smtp+tls://u:p@mail.example.org", HERE)["EMAIL_PORT"] == 587
    assert outgoing("smtp+ssl://u:p@mail.example.org", HERE)["EMAIL_USE_SSL"] is True
    assert outgoing("smtp+ssl://u:p@mail.example.org", HERE)["EMAIL_PORT"] == 465
    plain = outgoing("smtp://127.0.0.1:2525", HERE)
    assert (plain["EMAIL_PORT"], "EMAIL_USE_TLS" in plain, "EMAIL_USE_SSL" in plain) == (2525, False, False)


def test_user_and_password_may_hold_what_a_url_must_escape():
    got = outgoing("smtp+tls://a%40b:p%3A%2Fss@mail.example.org", HERE)
    assert (got["EMAIL_HOST_USER"], got["EMAIL_HOST_PASSWORD"]) == ("a@b", "p:/ss")


def test_mails_into_a_folder_count_from_the_project():
    assert outgoing("filemail://var/mail", HERE)["EMAIL_FILE_PATH"] == "/srv/offboarding/var/mail"
    assert outgoing("filemail:///tmp/mail", HERE)["EMAIL_FILE_PATH"] == "/tmp/mail"


@pytest.mark.parametrize(
    "url", ["", "mail.example.org", "smtp://mail.example.org", "smtps://mail.example.org", "smtp+tls://", "filemail://"]
)
def test_anything_else_is_refused(url):
    with pytest.raises(ValueError):
        outgoing(url, HERE)


def test_an_inbox_has_its_folders_and_never_shows_its_password():
    got = inbox("imaps://no%40tices:s%2Fecret@mail.example.org/INBOX?done=Klart&problem=Fr%C3%A5gor")
    assert (got.host, got.port, got.user, got.password, got.tls) == (
        "mail.example.org", 993, "no@tices", "s/ecret", True,
    )  # fmt: skip
    assert (got.folder, got.done, got.problem) == ("INBOX", "Klart", "Frågor")
    assert "s/ecret" not in repr(got)


@pytest.mark.parametrize(
    "url",
    [
        "imap://u:p@mail.example.org/INBOX",
        "imaps://mail.example.org/INBOX",
        "imaps://u@mail.example.org/INBOX",
        "imaps://u:p@mail.example.org/INBOX?done=INBOX",
        "imaps://u:p@mail.example.org/INBOX?done=A&problem=A",
        "imaps://u:p@mail.example.org/INBOX?trash=A",
        "https://u:p@mail.example.org/",
    ],
)
def test_an_inbox_that_would_lose_mails_or_show_a_password_is_refused(url):
    with pytest.raises(ValueError):
        inbox(url)


@pytest.mark.parametrize("raw", ["", "us", "us@", "@b", "a@b, c@d", "A <a@b>", "a@b\r\nBcc: x@y", "a b@c"])
def test_only_one_plain_address_is_an_address(raw):
    with pytest.raises(ValueError):
        address(raw)


def test_an_address_keeps_its_name_and_lowers_its_domain():
    assert address("Notices@Example.ORG") == "Notices@example.org"


@pytest.mark.parametrize("raw", ["example.org", "ftp://example.org", "https://u:p@example.org", "https://a.b/?x=1"])
def test_only_the_start_of_our_own_pages_is_a_web_address(raw):
    with pytest.raises(ValueError):
        web_address(raw)


def test_a_web_address_ends_without_a_slash():
    assert web_address("https://offboarding.example.org/") == "https://offboarding.example.org"
