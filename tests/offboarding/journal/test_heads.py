"""Signed heads lie in the evidence storage; nothing overwrites one, and one that is gone or damaged is reported."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError
from django.db import transaction

from offboarding import journal_heads, signing
from offboarding.canonical import canonical
from offboarding.journal_chain import instant
from offboarding.models import JournalEntry
from tests.offboarding.journal.ground import record, verify

pytestmark = pytest.mark.django_db
OTHER_SEED = b"o" * 32


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_head_says_what_the_last_entry_is_and_is_signed(evidence):
    last = record(3)[-1]
    assert verify()[0] == 0
    name = f"{3:020}-{last.hash[:12]}"
    assert names(evidence) == [f"{name}.json", f"{name}.sig"]
    content = (evidence / f"{name}.json").read_bytes()
    assert content == canonical({"seq": 3, "hash": last.hash, "at": instant(last.at), "entries": 3})
    signature = signing.Signature.from_json((evidence / f"{name}.sig").read_bytes())
    signing.verify(content, signature, signing.key_id(signing.public_key()))


def test_verifying_is_recorded_and_verifying_again_with_nothing_new_writes_nothing(evidence):
    record(2)
    assert verify()[0] == 0
    said = JournalEntry.objects.get(seq=3)
    assert (said.event, said.actor, said.facts["entries"]) == ("journal.verified", "machine:verify_journal", 2)
    before = {path: path.read_bytes() for path in evidence.iterdir()}
    assert verify() == (0, "The journal holds: entries: 3.\n")
    record()
    assert verify()[0] == 0
    assert len(names(evidence)) == 4
    assert {path: path.read_bytes() for path in before} == before


def test_an_empty_journal_holds_and_signs_nothing(evidence):
    assert verify() == (0, "The journal holds: entries: 0.\n")
    assert names(evidence) == []


@pytest.mark.parametrize(
    ("ending", "spoil", "said"),
    [
        ("json", lambda path: path.unlink(), "is missing"),
        ("sig", lambda path: path.unlink(), "is missing"),
        ("json", lambda path: path.write_bytes(b""), "is damaged"),
        ("sig", lambda path: path.write_bytes(b"\xff\x00"), "is damaged"),
        ("json", lambda path: path.write_bytes(path.read_bytes().replace(b'"seq":2', b'"seq":3')), "is damaged"),
    ],
    ids=["head gone", "signature gone", "head empty", "signature garbage", "head edited"],
)
def test_half_a_head_or_a_damaged_one_is_reported(evidence, ending, spoil, said):
    record(2)
    verify()
    (path,) = evidence.glob(f"*.{ending}")
    spoil(path)
    code, told = verify()
    assert code == 1
    assert path.stem in told
    assert said in told


@pytest.mark.parametrize("ending", ["json", "sig"])
def test_half_a_head_is_whole_again_after_it_was_reported_once(evidence, ending):
    """A process that is killed between the two files must not raise an alarm for ever."""
    record(2)
    verify()
    record(1)
    (path,) = evidence.glob(f"*.{ending}")
    before = path.read_bytes()
    path.unlink()
    code, told = verify()
    assert (code, "is whole again" in told) == (1, True)
    assert path.read_bytes() == before
    assert verify()[0] == 0


def test_half_a_head_of_an_entry_that_never_was_stays_reported(evidence):
    record(2)
    evidence.mkdir(parents=True)
    for name in (f"{1:020}-{'a' * 12}.json", f"{9:020}-{'a' * 12}.sig", "readme.json"):
        (evidence / name).write_text("{}")
    for _twice in range(2):
        code, told = verify()
        assert (code, told.count("is missing"), "whole again" in told) == (1, 3, False)


def test_a_head_that_is_gone_altogether_is_missed_because_the_journal_speaks_of_it(evidence):
    record(2)
    verify()
    for path in evidence.iterdir():
        path.unlink()
    code, told = verify()
    assert code == 1
    assert "which the journal says was signed, is missing" in told


def test_a_head_that_is_copied_to_another_name_is_reported(evidence):
    record(2)
    verify()
    for path in list(evidence.iterdir()):
        path.with_name(f"{1:020}-{'a' * 12}{path.suffix}").write_bytes(path.read_bytes())
    assert "lies under a name that is not its own" in verify()[1]


def test_a_head_by_a_key_that_nobody_knows_is_reported(evidence, settings):
    record(2)
    ours, settings.SIGNING_KEY = settings.SIGNING_KEY, OTHER_SEED
    journal_heads.write()
    settings.SIGNING_KEY = ours
    code, told = verify()
    assert code == 1
    assert "which is not ours" in told


def test_heads_of_some_entries_only_are_fine():
    for count in (3, 4, 5):
        record(count)
        journal_heads.write()
    record(2)
    assert verify()[0] == 0


def test_writing_the_same_head_twice_changes_nothing(evidence):
    record(2)
    first = journal_heads.write()
    before = {path: path.read_bytes() for path in evidence.iterdir()}
    assert journal_heads.write() == first
    assert {path: path.read_bytes() for path in evidence.iterdir()} == before


def test_a_head_whose_writing_was_cut_short_after_the_signature_is_completed(evidence):
    record(2)
    journal_heads.write()
    (head,) = evidence.glob("*.json")
    head.unlink()
    journal_heads.write()
    assert json.loads(head.read_bytes())["seq"] == 2
    assert verify()[0] == 0


@pytest.mark.django_db(transaction=True)
def test_a_case_that_is_rolled_back_leaves_no_head(evidence):
    with pytest.raises(CommandError), transaction.atomic():
        record(1)
        journal_heads.write_when_committed()
        raise CommandError("never mind")
    assert names(evidence) == []
    with transaction.atomic():
        record(1)
        journal_heads.write_when_committed()
        assert names(evidence) == []
    assert len(names(evidence)) == 2


def test_where_the_storage_does_not_answer_nothing_is_claimed(evidence):
    record(2)
    evidence.parent.mkdir(parents=True)
    evidence.write_text("a file where a folder should be")
    code, told = verify()
    assert code == 2
    assert told.startswith("The journal could not be checked: ")


# Rotation -------------------------------------------------------------------------------------------------------------


def test_what_a_retired_key_sealed_and_signed_still_holds(settings):
    record(2)
    verify()
    settings.RETIRED_SIGNING_KEYS, settings.SIGNING_KEY = [settings.SIGNING_KEY], OTHER_SEED
    record(2)
    assert verify()[0] == 0
    assert len(set(JournalEntry.objects.values_list("key_id", flat=True))) == 2


def test_a_key_that_is_forgotten_is_reported_with_the_first_entry_it_sealed(settings):
    record(2)
    settings.SIGNING_KEY = OTHER_SEED
    code, told = verify()
    assert code == 1
    assert told.startswith("Entry 1 is sealed by the key '")


def test_seals_are_made_with_a_key_of_their_own(settings):
    key_id, key = signing.seal_key()
    assert len(key) == 32
    assert key != settings.SIGNING_KEY
    assert signing.known_key_ids() == (key_id,)
