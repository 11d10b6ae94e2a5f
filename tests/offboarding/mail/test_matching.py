"""A mail finds its agreement by what is certain, and a person where nothing is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offboarding.mail import Address, Envelope, Problem
from offboarding.mail_matching import (
    Candidate,
    Hints,
    How,
    Match,
    Need,
    NoMatch,
    Reason,
    hints,
    references_in,
    resolve,
)
from tests.offboarding.mail.composing import ALICE, BOB, NOTICE_ADDRESS

THIRD = "R-3RD0-0000"
alice = Candidate(1, 7, "2024-17", ALICE, live=True, contact_right=True)
alice_two = Candidate(2, 7, "2024-18", THIRD, live=True, contact_right=True)
bob = Candidate(3, 8, "2024-99", BOB, live=True, contact_right=None)


def hinted(
    text: str = "We leave", *, to: str = NOTICE_ADDRESS, subject: str = "Bye", replies: tuple[str, ...] = ()
) -> Hints:
    sender = Address("Alice", "alice@alice.example")
    return hints(
        Envelope(sender=sender, recipients=(to,), subject=subject, text=text, in_reply_to=replies), NOTICE_ADDRESS
    )


@pytest.mark.parametrize(
    ("told", "how"),
    [
        (hinted(to=f"leaving+{ALICE.lower()}@vendor.example"), How.PLUS_ADDRESS),
        (hinted(subject=f"Re: [{ALICE}] Welcome"), How.SUBJECT),
        (hinted(replies=(f"letter.{ALICE}.1@vendor.example",)), How.REPLY),
        (hinted(f"It is about {ALICE}."), How.BODY),
        (hinted(), How.SENDER),
    ],
    ids=str,
)
def test_a_reference_or_the_only_agreement_of_the_sender_is_certain(told, how):
    assert resolve(told, [alice]) == Match(1, 7, how)
    assert resolve(told, [alice]).certain


def test_a_reference_decides_among_several_agreements_of_the_sender():
    assert resolve(hinted(subject=f"[{THIRD}]"), [alice, alice_two]) == Match(2, 7, How.SUBJECT)


def test_two_references_to_two_agreements_are_ambiguous():
    told = hinted(f"See {THIRD}", to=f"leaving+{ALICE}@vendor.example")
    assert resolve(told, [alice, alice_two]) == NoMatch(Problem.AMBIGUOUS, Reason.SEVERAL_REFERENCES, 7)
    told = hinted(f"See {BOB}", to=f"leaving+{ALICE}@vendor.example")
    assert resolve(told, [alice, bob]) == NoMatch(Problem.AMBIGUOUS, Reason.SEVERAL_REFERENCES)


def test_one_customer_s_contact_with_another_s_reference_is_ambiguous():
    assert resolve(hinted(subject=f"[{BOB}]"), [alice, bob]) == NoMatch(Problem.AMBIGUOUS, Reason.OTHER_CUSTOMER)


def test_a_contact_of_two_customers_may_state_the_reference_of_either():
    told = hinted(subject=f"[{BOB}]")
    assert resolve(told, [alice, replace(bob, contact_right=True)]) == Match(3, 8, How.SUBJECT)


def test_a_reference_from_a_stranger_is_recorded_and_waits():
    found = resolve(hinted(subject=f"[{BOB}]"), [bob])
    assert found == Match(3, 8, How.SUBJECT, (Need.SENDER_UNKNOWN,))
    assert not found.certain


@pytest.mark.parametrize("told", [hinted(), hinted(subject=f"[{ALICE}]")], ids=["sender", "reference"])
def test_a_contact_without_the_right_is_recorded_and_waits(told):
    assert resolve(told, [replace(alice, contact_right=False)]).needs == (Need.SENDER_NO_RIGHT,)


def test_a_reference_to_an_agreement_that_has_ended_waits():
    assert resolve(hinted(subject=f"[{ALICE}]"), [replace(alice, live=False)]).needs == (Need.NOT_LIVE,)


def test_a_reference_that_nobody_has_waits_for_a_person():
    told = hinted(subject="[R-0000-0000]")
    assert resolve(told, [alice]) == Match(1, 7, How.SENDER, (Need.REFERENCE_UNKNOWN,))
    assert resolve(hinted("it says r-code-test there"), [alice]).certain


def test_a_number_decides_among_several_agreements():
    assert resolve(hinted("about 2024-18."), [alice, alice_two]) == Match(2, 7, How.NUMBER)


@pytest.mark.parametrize("text", ["We leave", "2024-17 and 2024-18", "2024-180", "12024-18", "2024-18-b", "x/2024-18"])
def test_no_number_or_two_are_ambiguous(text):
    found = resolve(hinted(text), [alice, alice_two])
    assert found == NoMatch(Problem.AMBIGUOUS, Reason.SEVERAL_AGREEMENTS, 7)


def test_a_number_of_two_characters_decides_nothing():
    assert not hinted("about 17").mentions("17")
    assert not hinted("").mentions("")


def test_a_number_against_the_reference_is_ambiguous():
    told = hinted("We terminate 2024-18", subject=f"Re: [{ALICE}]")
    assert resolve(told, [alice, alice_two]) == NoMatch(Problem.AMBIGUOUS, Reason.OTHER_NUMBER, 7)
    told = hinted("We terminate 2024-18, and keep 2024-17", subject=f"Re: [{THIRD}]")
    assert resolve(told, [alice, alice_two]) == Match(2, 7, How.SUBJECT)


def test_a_number_of_an_agreement_that_has_ended_is_ambiguous():
    ended = replace(alice_two, live=False)
    assert resolve(hinted("2024-18"), [alice, ended]) == NoMatch(Problem.AMBIGUOUS, Reason.OTHER_NUMBER, 7)
    assert resolve(hinted(), [alice, ended]) == Match(1, 7, How.SENDER)


def test_nobody_is_unmatched():
    assert resolve(hinted(), []) == NoMatch(Problem.UNMATCHED, Reason.NOBODY)
    ended = replace(alice, live=False)
    assert resolve(hinted(), [ended]) == NoMatch(Problem.UNMATCHED, Reason.NONE_LIVE, 7)


def test_a_contact_of_two_customers_without_a_word_is_ambiguous():
    found = resolve(hinted(), [alice, replace(bob, contact_right=True)])
    assert found == NoMatch(Problem.AMBIGUOUS, Reason.SEVERAL_AGREEMENTS)


def test_the_order_of_the_candidates_does_not_matter_and_neither_does_seeing_one_twice():
    told = hinted("2024-18", subject="[R-0000-0000]")
    assert resolve(told, [alice, alice_two, alice]) == resolve(told, [alice_two, alice, alice_two])


@given(
    st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=8, max_size=8),
    st.sampled_from(["{}", "[{}]", "x+{}@y", "<a.{}-7@b>"]),
)
def test_every_reference_is_found_however_it_is_typed(digits, around):
    reference = f"R-{digits[:4]}-{digits[4:]}"
    typed = reference[1:].replace("0", "o").replace("1", "l").lower()
    assert references_in(around.format(reference)) == (reference,)
    assert references_in(around.format(f"r{typed}")) == (reference,)
    assert references_in(around.format(reference.replace("-", "\u2011"))) == (reference,)


@pytest.mark.parametrize(
    "text", ["R-7K3M-9QX", "R-7K3M9QXW", "R-7K3M-9QXWZ", "AR-7K3M-9QXW", "R-UUUU-9QXW", "R-7K3M-9QX\u017f"]
)
def test_what_is_no_reference_is_none(text):
    assert references_in(text) == ()
