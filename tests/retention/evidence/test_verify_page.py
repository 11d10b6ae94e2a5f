"""The public page: valid, altered or unknown, in both languages, without telling strangers which numbers there are."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

pytestmark = pytest.mark.usefixtures("undrawn")
PAGE = "/verify/"
WRONG = "AAAA-AAAA-AAAA"


@pytest.fixture(autouse=True)
def own_cache(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "verify"}}
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def certificate(recorded, issued):
    return issued(recorded)


@pytest.fixture
def ask(client):
    def post(number="", code="", file=None, language="en", **headers):
        data = {"number": number, "code": code} if file is None else {"file": SimpleUploadedFile("c.json", file)}
        return client.post(f"{PAGE}?language={language}", data, **headers)

    return post


def verdict(response) -> str:
    page = response.content.decode()
    found = [word for word in ("Valid", "Altered", "Unknown", "Please wait") if f'"verdict">{word}<' in page]
    return found[0] if found else ""


def test_a_number_and_its_code_are_valid_however_they_are_typed(ask, certificate):
    code = certificate.code
    for number, typed in (
        (certificate.number, code), ("1", code.lower()), ("c 000001", code.replace("-", " ")),
        ("C-1", code.replace("-", "").replace("0", "o").replace("1", "l")),
    ):  # fmt: skip
        response = ask(number, typed)
        assert (response.status_code, verdict(response)) == (200, "Valid"), typed
    page = response.content.decode()
    for said in ("C-000001", "Alice Academy", "AVT-2026-17", certificate.sha256, certificate.key_id, "19\u202f483"):
        assert said in page


def test_the_page_shows_no_person(ask, certificate, people):
    page = ask(certificate.number, certificate.code).content.decode()
    names = [person.username for person in people]
    assert [name for name in names if f">{name}" in page or f" {name} " in page] == []


def test_a_wrong_code_and_an_unknown_number_have_the_same_answer(ask, certificate):
    answers = {
        ask(number, code).content.decode().replace(f'value="{number}"', "").replace(f'value="{code}"', "")
        for number, code in (("C-000001", WRONG), ("C-000999", certificate.code), ("C-000999", WRONG))
    }
    tokens = {line for answer in answers for line in answer.splitlines() if "csrfmiddlewaretoken" in line}
    plain = {"\n".join(line for line in answer.splitlines() if line not in tokens) for answer in answers}
    assert len(plain) == 1
    assert '"verdict">Unknown<' in plain.pop()


def test_the_signed_file_is_valid_also_with_other_blanks(ask, certificate):
    said = certificate.content.encode()
    assert verdict(ask(file=said)) == "Valid"
    assert verdict(ask(file=json.dumps(json.loads(said), indent=2).encode())) == "Valid"


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.replace('"gone":18250', '"gone":18251'),
        lambda said: said.replace("Alice Academy", "Bob School"),
        lambda said: said.replace('"version":1', '"version":2'),
    ],
)
def test_a_file_that_was_changed_is_altered(ask, certificate, change):
    changed = change(certificate.content)
    assert changed != certificate.content
    assert verdict(ask(file=changed.encode())) == "Altered"


@pytest.mark.parametrize(
    "said",
    [
        b"", b"hello", b"[]", b"{}", b'{"number": "C-000001"}', b'{"number": "C-000001", "code": "AAAA-AAAA-AAAA"}',
        b'{"number": 1, "code": 2}', b"\xff\xfe", b"[" * 100_000, b'{"number": "C-000001", "x": 1.5}',
    ],
)  # fmt: skip
def test_what_is_none_of_ours_is_unknown(ask, certificate, said):
    assert verdict(ask(file=said)) in ("Unknown", "")
    assert "Alice" not in ask(file=said).content.decode()


def test_a_name_that_stands_twice_is_not_believed(ask, certificate):
    twice = certificate.content.replace('"vendor":', '"vendor":"Somebody else","vendor":', 1)
    assert verdict(ask(file=twice.encode())) == "Unknown"


def test_our_own_record_that_was_changed_is_altered(ask, certificate):
    from retention.models import Certificate

    content = certificate.content.replace("Alice Academy", "Alice Acadeny")
    Certificate.objects.filter(pk=certificate.pk).update(content=content)
    assert verdict(ask(certificate.number, certificate.code)) == "Altered"


def test_a_key_that_is_retired_still_verifies_and_one_that_is_lost_does_not(ask, certificate, settings):
    old = settings.SIGNING_KEY
    settings.SIGNING_KEY, settings.RETIRED_SIGNING_KEYS = bytes(reversed(range(32))), [old]
    assert verdict(ask(certificate.number, certificate.code)) == "Valid"
    settings.RETIRED_SIGNING_KEYS = []
    assert verdict(ask(certificate.number, certificate.code)) == "Altered"


def test_a_supplement_is_named_on_the_page_of_the_first(ask, recorded, certificate, issued, people):
    from django.utils import timezone

    recorded.attestations.update(attested_by=people[0], attested_at=timezone.now(), statement="Gone.")
    issued(recorded, "copies_gone")
    assert "Supplement C-000002" in ask(certificate.number, certificate.code).content.decode()


def test_a_file_too_large_is_refused_before_it_is_read(ask, certificate):
    response = ask(file=b" " * (4 * 1024 * 1024 + 1))
    assert response.status_code == 422
    assert "too large" in response.content.decode()


def test_too_many_wrong_answers_have_to_wait_and_others_do_not(ask, certificate):
    answers = [ask("C-000001", f"AAAA-AAAA-{n:04}").status_code for n in range(31)]
    assert answers == [200] * 30 + [429]
    assert ask(certificate.number, certificate.code).status_code == 429
    assert verdict(ask(certificate.number, certificate.code, REMOTE_ADDR="192.0.2.7")) == "Valid"


def test_it_speaks_the_language_that_is_asked_for(client, certificate, ask):
    assert 'lang="sv"' in client.get(f"{PAGE}?language=sv").content.decode()
    assert 'lang="sv"' in client.get(PAGE, headers={"accept-language": "sv-SE,sv"}).content.decode()
    response = ask(certificate.number, certificate.code, language="sv")
    assert response.headers["Content-Language"] == "sv"
    assert 'action="?language=sv"' in response.content.decode()


def test_it_is_not_indexed_kept_or_changed_by_get(client, certificate):
    response = client.get(f"{PAGE}?number={certificate.number}&code={certificate.code}")
    assert verdict(response) == ""
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in response.headers["Cache-Control"]
    assert client.put(PAGE).status_code == 405


def test_it_needs_a_token_of_its_own_form(certificate):
    from django.test import Client

    with override_settings(DEBUG=False):
        response = Client(enforce_csrf_checks=True).post(PAGE, {"number": "1", "code": "1"})
    assert response.status_code == 403
