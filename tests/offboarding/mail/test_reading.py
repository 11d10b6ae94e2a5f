"""No bytes stop the reading, and what it gives can be stored and shown as it is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offboarding import mail_html
from offboarding.mail import Address, Attachment, Envelope, Problem, read
from offboarding.mail_headers import clean, decode, normal_address, words
from offboarding.mail_matching import hints
from tests.offboarding.mail.awkward import AWKWARD
from tests.offboarding.mail.composing import MOST_BYTES, NOTICE_ADDRESS, RECEIVED, compose, part, parts

SMALL = [raw for mail in AWKWARD if "MB" not in mail.name and len(raw := mail.make()) < 20_000]
SNIPPETS = [
    b"\0", b"\r", b"\n", b"\r\n\r\n", b"=?utf-8?B?", b"?=", b"(", b"<", b">", b'"', b"\xff", b"\xe2\x80\xae", b"--mark",
    b"Content-Type: message/rfc822\r\n\r\n", b"Content-Type: multipart/mixed; boundary=mark\r\n\r\n", b"; charset=",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: x-uuencode\r\n", b"name*0*=''%", b"utf-7",
    b"+2AA-", b"From: ", b"Date: ", b"Message-ID: ", b"Content-Disposition: attachment; filename*=",
]  # fmt: skip
many = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def texts(found: Envelope) -> list[str]:
    """Every text in an envelope."""
    told: list[str] = []
    for value in (getattr(found, field.name) for field in fields(found)):
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, (Address, Attachment)):
                told += [part for part in vars(one).values() if isinstance(part, str)]
            elif isinstance(one, str):
                told.append(one)
    return told


def holds(raw: bytes) -> None:
    """What is true of the envelope of any bytes."""
    found = read(raw, most_bytes=MOST_BYTES, received=RECEIVED)
    for told in texts(found):
        assert "\0" not in told
        told.encode()  # no half of a character: a database takes it
    for line in (found.subject, found.sender.name, found.message_id, *(one.name for one in found.attachments)):
        assert line.isprintable() or not set(line) & {"\r", "\n", "\x1b", "\u202e"}
    assert (len(found.subject) <= 500, len(found.message_id) <= 998, len(found.text) <= 100_000) == (True,) * 3
    assert found.sender.address or found.blocking
    assert found.date is None or found.date.tzinfo is not None
    assert found == read(raw, most_bytes=MOST_BYTES, received=RECEIVED)
    hints(found, NOTICE_ADDRESS)


@given(st.binary(max_size=2000))
@many
def test_any_bytes_are_read(raw):
    holds(raw)


@given(st.binary(max_size=300), st.binary(max_size=300), st.binary(max_size=300))
@many
def test_any_bytes_in_headers_and_body_are_read(sender, subject, body):
    holds(compose(body, subject=subject, **{"from": sender}))


@st.composite
def mutated(draw) -> bytes:
    raw = draw(st.sampled_from(SMALL))
    for _change in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw)))
        to = min(len(raw), at + draw(st.sampled_from([0, 0, 1, 2, 40])))
        raw = raw[:at] + draw(st.sampled_from(SNIPPETS) | st.binary(max_size=4)) + raw[to:]
    return raw


@given(mutated())
@many
def test_any_damage_to_a_mail_is_read(raw):
    holds(raw)


@given(st.binary(max_size=50), st.text(max_size=20))
@many
def test_any_charset_gives_text(data, charset):
    assert isinstance(decode(data, charset)[0], str)


@given(st.text(max_size=300))
@many
def test_any_html_gives_text(source):
    mail_html.seen(source)


@given(st.text(max_size=100))
@many
def test_a_clean_line_stays_as_it_is(text):
    problems: set[Problem] = set()
    once = clean(text, set())
    assert clean(once, problems) == once
    assert not problems


def test_two_deliveries_of_one_mail_have_one_body():
    body = part("text/plain; charset=utf-8", "Hej\r\n"), part("application/pdf", "x")
    first = read(parts("multipart/mixed", *body), most_bytes=MOST_BYTES)
    raw = b"Received: by elsewhere\r\n" + parts("multipart/mixed", *body, message_id="<other@x>").replace(
        b"\r\n", b"\n"
    )
    assert read(raw, most_bytes=MOST_BYTES).body_sha256 == first.body_sha256
    other = read(parts("multipart/mixed", body[0], part("application/pdf", "y")), most_bytes=MOST_BYTES)
    assert other.body_sha256 != first.body_sha256


def test_without_an_arrival_no_date_is_odd():
    assert read(compose(date="Thu, 01 Jan 1970 00:00:00 +0000"), most_bytes=MOST_BYTES).problems == ()


@pytest.mark.parametrize(
    ("address", "normal"),
    [("Å@EXEMPEL.se", "å@exempel.se"), ("a@b.example.", "a@b.example"), ("a b@c", ""), ("", ""), ("a@b@c", ""),
     ("a+b@XN--RKSMRGS-5WAO1O.se", "a+b@räksmörgås.se"), ("x" * 330 + "@b", "")],
)  # fmt: skip
def test_an_address_has_one_normal_form(address, normal):
    assert normal_address(address) == normal


def test_one_broken_encoded_word_spoils_no_other():
    problems: set[Problem] = set()
    assert words("=?utf-8?B?a?= =?utf-8?Q?=C3=A4?=", problems) == "=?utf-8?B?a?= ä"
    assert problems == {Problem.UNDECODABLE}


HEAD = compose("").rstrip(b"\r\n") + b"\r\n"
HOSTILE = {
    "brackets": HEAD + b"To: " + b"(" * 1_000_000,
    "addresses": HEAD + b"To: " + b"a@b.example, " * 80_000,
    "encoded words": HEAD + b"X: x\r\nSubject: " + b"=?utf-8?Q?a" * 90_000,
    "parameters": HEAD + b"Content-Type: multipart/mixed; " + b"a*0=b; " * 150_000 + b"\r\n\r\nx",
    "quotes": HEAD + b"Content-Type: text/plain; " + b'a="' * 300_000 + b"\r\n\r\nx",
    "folds": HEAD + b"Subject: x\r\n" + b" y\r\n" * 200_000,
    "parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 50_000,
    "comments": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 250_000,
    "tags": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<a x='" * 160_000,
    "entities": HEAD + b"Content-Type: text/html\r\n\r\n" + b"&#" * 500_000,
    "dates": HEAD.replace(b"Date: ", b"Date: " + b"1 " * 100_000),
    "punycode": HEAD + b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a-" * 50_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_mail_made_to_take_long_does_not(name):
    """Each takes well under a second here; what grows with the square of its length takes minutes."""
    start = time.process_time()
    holds(HOSTILE[name])
    assert time.process_time() - start < 10


@pytest.mark.slow
def test_a_mail_of_50_mb_is_read_in_flat_memory():
    """In a process of its own, whose peak is measured: the parser keeps the text about twice beside the original."""
    code = (
        "import base64, resource, sys; from offboarding.mail import read\n"
        "body = base64.encodebytes(bytes(37_000_000)); raw = b'From: a@b.example\\nContent-Type: application/pdf\\n'"
        " b'Content-Transfer-Encoding: base64\\n\\n' + body\n"
        "del body; before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "found = read(raw, most_bytes=60_000_000); assert found.attachments[0].bytes == 37_000_000\n"
        "print(len(raw), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    size, peak = map(int, done.stdout.split())
    assert size > 49_000_000
    assert peak < 8 * size
