"""Whoever owns the database can switch the triggers off; ``verify_journal`` finds what they changed and names it."""

from __future__ import annotations

import pytest
from django.db import connection

from offboarding.models import JournalEntry
from tests.offboarding.journal.ground import TABLE, key_in_use, recompute, record, tamper, verify

pytestmark = [pytest.mark.django_db, pytest.mark.requires("postgresql")]


@pytest.fixture(autouse=True)
def ten():
    return record(10)


def test_an_untouched_journal_holds():
    code, said = verify()
    assert (code, said.split("/")[0]) == (0, "The journal holds: entries: 10.\nSigned: journal")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "at + interval '1 microsecond'"),
        ("at", "'infinity'"),
        ("at", "'2026-01-01 00:00:00+00 BC'"),
        ("actor", "'staff:1:somebody'"),
        ("event", "'notice.accepted'"),
        ("customer", "8"),
        ("customer", "NULL"),
        ("agreement", "8"),
        ("reason", "'another reason'"),
        ("reason", "reason || ' '"),
        ("facts", """'{"notice": 5}'"""),
        ("facts", """'{"notice": 3.0}'"""),
        ("facts", """'{"notice": 3, "more": null}'"""),
        ("facts", "'[]'"),
        ("previous", "repeat('ab', 32)"),
        ("hash", "repeat('ab', 32)"),
    ],
)
def test_every_column_that_is_edited_is_found(column, value):
    tamper(f"UPDATE {TABLE} SET {column} = {value} WHERE seq = 4")
    code, said = verify()
    assert (code, said.split("\n")[0]) == (
        1, "Entry 4 was changed: its content is not what its hash was made of."
    )  # fmt: skip
    assert said.endswith("The journal holds up to entry 3. A person has to look.")


def test_a_seal_that_is_edited_is_found():
    tamper(f"UPDATE {TABLE} SET seal = repeat('ab', 32) WHERE seq = 4")
    assert verify()[1].startswith("Entry 4 was not written by this application: its hash is right, its seal is not.")


def test_a_key_id_that_is_edited_is_found():
    tamper(f"UPDATE {TABLE} SET key_id = 'unknown' WHERE seq = 4")
    assert verify()[1].startswith("Entry 4 is sealed by the key 'unknown', which is neither in use nor retired.")


@pytest.mark.parametrize("gone", [1, 5])
def test_an_entry_that_is_removed_is_found(gone):
    tamper(f"DELETE FROM {TABLE} WHERE seq = {gone}")
    assert f"Entry {gone} is missing: after" in verify()[1]


def test_a_removed_entry_whose_place_is_closed_up_is_found():
    tamper(
        f"DELETE FROM {TABLE} WHERE seq = 5",
        *(f"UPDATE {TABLE} SET seq = {n - 1} WHERE seq = {n}" for n in range(6, 11)),
    )
    assert verify()[1].startswith("Entry 5 was changed")


def test_entries_that_change_places_are_found():
    tamper(*(f"UPDATE {TABLE} SET seq = {new} WHERE seq = {old}" for old, new in ((4, -1), (7, 4), (-1, 7))))
    assert verify()[1].startswith("Entry 4 was changed")


def test_an_entry_with_a_place_before_the_first_is_found():
    tamper(f"UPDATE {TABLE} SET seq = 0 WHERE seq = 10")
    assert verify()[1].startswith("Entry 1 is missing: after the journal's beginning comes entry 0.")


def test_an_entry_that_is_appended_with_a_right_hash_is_found_by_its_seal():
    """INSERT is what the triggers allow; who reaches only the database has no key of seals."""
    last = JournalEntry.objects.get(seq=10)
    JournalEntry.objects.create(
        seq=11, at=last.at, actor="staff:1:x", event="hold.released", facts={}, previous=last.hash, hash="00" * 32,
        key_id=last.key_id, seal=last.seal,
    )  # fmt: skip
    assert verify()[1].startswith("Entry 11 was changed")
    recompute(11)
    assert verify()[1].startswith("Entry 11 was not written by this application")


def test_an_edited_entry_after_which_all_is_recomputed_is_found_by_its_seal():
    tamper(f"UPDATE {TABLE} SET reason = 'other' WHERE seq = 4")
    recompute(4)
    assert verify()[1].startswith("Entry 4 was not written by this application")


def test_who_has_the_key_too_is_found_by_the_signed_heads():
    assert verify()[0] == 0
    record(3)
    tamper(f"UPDATE {TABLE} SET reason = 'other' WHERE seq = 4")
    recompute(1, key_in_use())
    code, said = verify()
    assert code == 1
    assert said.startswith("Entry 10 is not the one that the head journal/heads/00000000000000000010-")
    assert "the chain was recomputed, from this entry or an earlier one on" in said


@pytest.mark.parametrize("left", [0, 7, 9])
def test_a_tail_that_is_cut_off_is_found_by_the_signed_heads(left):
    assert verify()[0] == 0
    tamper(f"DELETE FROM {TABLE} WHERE seq > {left}")
    code, said = verify()
    assert code == 1
    assert said.startswith(
        f"Entry {left + 1} is missing: the journal ends at entry {left}, and the head journal/heads/"
    )


def test_triggers_that_stay_switched_off_are_reported():
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER journal_refuses_rows")
    code, said = verify()
    assert (code, "the trigger journal_refuses_rows is missing or switched off" in said) == (1, True)
