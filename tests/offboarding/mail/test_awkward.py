"""Every awkward mail gets exactly what the list says, and nothing of it stops the reading."""

from __future__ import annotations

from dataclasses import fields

import pytest

from offboarding.mail import Problem, read
from offboarding.mail_matching import Hints, hints
from tests.offboarding.mail.awkward import AWKWARD, envelope, table
from tests.offboarding.mail.composing import MOST_BYTES, NOTICE_ADDRESS, RECEIVED


@pytest.mark.parametrize("mail", AWKWARD, ids=str)
def test_an_awkward_mail_gets_what_the_list_says(mail):
    found = envelope(mail)
    assert set(found.problems) == mail.problems
    told = {
        "names": tuple(one.name for one in found.attachments),
        "sizes": tuple(one.bytes for one in found.attachments),
        **{field.name: getattr(found, field.name) for field in fields(found)},
    }
    told["text"] = found.text.rstrip("\n")
    assert {name: told[name] for name in mail.expects} == mail.expects
    assert (found.bounce is not None) == (Problem.BOUNCED in found.problems)
    pointed = hints(found, NOTICE_ADDRESS)
    places = {"plus_references", "subject_references", "reply_references", "body_references"}
    wanted = dict.fromkeys(places, ()) | dict(mail.hints)
    assert {name: getattr(pointed, name) for name in wanted} == wanted
    assert pointed.sender == found.sender.address


REAL = {
    "all-special-chars.eml": set(),
    "blank-body-with-attachment.eml": {Problem.NO_TEXT},
    "forwarded-message.eml": set(),
    "pgp.eml": set(),
    "quoted_printable.eml": set(),
    "utf-nondecodable.eml": set(),
}


def test_the_mails_that_broke_other_programs_are_read(shared_data):
    """They come from another help desk's tests, each after an error in the field; all are years old."""
    folder = shared_data("eml") / "django-helpdesk"
    found = {path.name: read(path.read_bytes(), most_bytes=MOST_BYTES, received=RECEIVED) for path in folder.iterdir()}
    assert {name: set(envelope.problems) for name, envelope in found.items()} == {
        name: problems | {Problem.OLD_DATE} for name, problems in REAL.items()
    }
    assert found["all-special-chars.eml"].subject == "Testovácí email"
    assert found["all-special-chars.eml"].text == "íářčšáíéřášč\n\n"
    assert found["quoted_printable.eml"].text == "Tohle je test českých písmen odeslaných z gmailu.\n"
    assert "Ahoj Johne,\npodle domluvy" in found["utf-nondecodable.eml"].text
    assert found["pgp.eml"].text.startswith("hi, thanks for looking into this :)")
    assert [one.name for one in found["pgp.eml"].attachments] == ["signature.asc"]


def test_there_are_enough_of_them_and_each_has_a_name_of_its_own():
    assert len({mail.name for mail in AWKWARD}) == len(AWKWARD) >= 45
    assert {field.name for field in fields(Hints)} >= {name for mail in AWKWARD for name in mail.hints}


def test_every_problem_that_a_mail_can_have_is_among_them():
    told = {problem for mail in AWKWARD for problem in mail.problems}
    assert told == set(Problem) - {Problem.UNMATCHED, Problem.AMBIGUOUS}


def test_the_table_names_every_mail():
    assert len(table().splitlines()) == len(AWKWARD) + 2
