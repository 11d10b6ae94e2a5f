"""Facts come back as they went in, have one canonical form, and hold nothing that has none."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from hashlib import sha256

import pytest
import rfc8785
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from offboarding import journal
from offboarding.actors import Actor
from offboarding.canonical import canonical
from offboarding.journal_chain import LARGEST, MOST_BYTES, Entry, checked_facts, hash_of, instant
from offboarding.journal_events import EVENTS
from offboarding.journal_kinds import Event, Kind
from offboarding.journal_words import checked, declare
from offboarding.models import JournalEntry

CRON = Actor.machine("fetch_notices")
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=10)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


def deep(levels: int) -> object:
    return [deep(levels - 1)] if levels else 1


@pytest.mark.django_db
@hypothesis_settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(detail=values, reason=texts, moment=st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)))
def test_what_is_recorded_is_read_back_and_its_hash_with_it(time_machine, detail, reason, moment):
    time_machine.move_to(max(moment.replace(tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC)), tick=False)
    try:
        facts = checked_facts({"was": detail, "changed": ["a"]})
    except ValueError as error:
        assert "levels" in str(error)
        return
    written = journal.record("agreement.changed", actor=CRON, reason=reason, facts=facts)
    read = JournalEntry.objects.get(seq=written.seq)
    assert (read.facts, read.reason, read.at) == (facts, reason, written.at)
    entry = Entry(
        read.seq, instant(read.at), read.actor, read.event, None, None, read.reason, read.facts, read.previous
    )
    assert hash_of(entry) == read.hash


@given(detail=values, reason=texts)
def test_the_canonical_form_is_that_of_rfc_8785(detail, reason):
    entry = Entry(1, "2027-01-31T13:05:00.000000Z", "contact:1", "a.b", 5, None, reason, {"was": detail}, "0" * 64)
    theirs = rfc8785.dumps(entry._asdict())
    assert canonical(entry._asdict()) == theirs
    assert hash_of(entry) == sha256(theirs).hexdigest()


def test_a_time_keeps_its_microseconds_and_is_written_in_utc():
    assert instant(datetime(2027, 1, 31, 14, 5, tzinfo=timezone(timedelta(hours=1)))) == "2027-01-31T13:05:00.000000Z"
    assert instant(datetime(2027, 1, 31, 14, 5, 0, 7, tzinfo=UTC)) == "2027-01-31T14:05:00.000007Z"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1.5, "is a float"),
        (b"x", "is a bytes"),
        (LARGEST + 1, "is beyond"),
        (-LARGEST - 1, "is beyond"),
        ("a\x00b", "NUL"),
        ("\ud800", "half a character"),
        ({"å": 1}, "no printable ASCII"),
        ({1: 1}, "no printable ASCII"),
        ([{"a": [datetime(2027, 1, 1)]}], "is a datetime"),
        (deep(8), "nested deeper"),
        ("x" * MOST_BYTES, f"at most {MOST_BYTES}"),
    ],
)
def test_what_has_no_canonical_form_is_refused_by_name(value, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        checked("agreement.changed", {"was": value, "changed": []})


def test_enumerations_and_tuples_stand_as_what_they_mean():
    class Colour(StrEnum):
        RED = "red"

    kept = checked_facts({"a": (Colour.RED, True)})
    assert json.dumps(kept) == '{"a": ["red", true]}'
    assert type(kept["a"][0]) is str


@pytest.mark.parametrize(
    ("event", "facts", "said"),
    [
        ("notice.invented", {}, "knows no event 'notice.invented'"),
        ("notice.refused", {"who": 1}, "has no fact who; it has notice, decision"),
        ("notice.received", {"channel": "email"}, "needs the fact received_on"),
        ("notice.refused", {"notice": "5"}, "'notice' is '5', which is no id"),
        ("notice.refused", {"notice": True}, "which is no id"),
        ("notice.refused", {"decision": "Anna Berg"}, "which is no code"),
        ("notice.refused", {"decision": "anna@example.com"}, "which is no code"),
        ("notice.refused", {"object_until": "2027-02-30"}, "which is no day"),
        ("notice.refused", {"object_until": "20270201"}, "which is no day"),
        ("letter.written", {"occasion": "hold", "due_at": "2027-02-01T10:00:00"}, "which is no moment"),
        ("letter.written", {"occasion": "hold", "key_sha256": "xyz"}, "which is no hash"),
        ("hold.placed", {"told": 1}, "which is no flag"),
        ("message.problem", {"problems": ["no agreement found"]}, "which is no codes"),
        ("letter.cancelled", {"count": "2"}, "which is no count"),
    ],
)
def test_what_is_not_declared_missing_or_malformed_is_refused(event, facts, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        checked(event, facts)


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["a\x00b", "\ud800", "x" * 10_001])
def test_a_reason_that_cannot_be_kept_is_refused_and_nothing_is_recorded(reason):
    with pytest.raises(ValidationError) as caught:
        journal.record("notice.refused", actor=CRON, reason=reason)
    assert list(caught.value.message_dict) == ["because"]
    assert not JournalEntry.objects.exists()


def test_an_event_is_declared_once_and_under_a_proper_code():
    with pytest.raises(ValueError, match="declared twice"):
        declare({"notice.received": Event("Something else.")})
    declare({"notice.received": EVENTS["notice.received"]})
    with pytest.raises(ValueError, match="no event's code"):
        declare({"Notice": Event("Something.")})
    with pytest.raises(ValueError, match="not declared: day"):
        Event("On %(day)s.", other=Kind.DAY)
