"""The last word of a run is said once, whole, wherever the process that says it dies.

A process that dies leaves what it wrote to the storages and nothing of its transaction; ``DiedError`` does the same.
``tests/retention/runs/test_kills.py`` kills real processes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import storages

from offboarding import cases, journal, journal_proof
from offboarding.models import Contact, JournalEntry, Letter
from retention import attestations, certificates, finishing, own_storage, verifications
from retention.models import Attestation, Certificate, DeletionPlan, DeletionRun, Verification
from tests.retention.afterwards.filled import WORDS, fill
from tests.retention.afterwards.seeking import holding
from tests.retention.afterwards.story import erase_packages

pytestmark = pytest.mark.django_db(transaction=True)


class DiedError(BaseException):
    """The process is gone, as far as anybody below can tell."""


@pytest.fixture
def dies(monkeypatch):
    """``dies(module, "name")``: the first call of the function comes to its end, and then the process dies."""

    def set_up(owner, name):
        whole = getattr(owner, name)

        def dying(*arguments, **named):
            monkeypatch.setattr(owner, name, whole)
            whole(*arguments, **named)
            raise DiedError

        monkeypatch.setattr(owner, name, dying)

    return set_up


ENDING = [(attestations, "open_for"), (certificates, "issue"), (cases, "mark_erased"), (journal, "record")]
MORE = [
    (verifications, "look"), (verifications, "schedule"), (certificates, "_written"), (finishing.tombstones, "write"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("owner", "name"),
    [*ENDING, *(pytest.param(*point, marks=pytest.mark.slow) for point in MORE)],
    ids=[name for _owner, name in [*ENDING, *MORE]],
)
def test_dying_before_the_commit_marks_nothing_and_the_next_worker_says_all_of_it_once(
    run, agreement, dies, owner, name
):
    dies(owner, name)
    with pytest.raises(DiedError):
        finishing.live_erased(run)
    agreement.refresh_from_db()
    assert (DeletionRun.objects.get().state, agreement.erased_at) == ("running", None)
    assert (Certificate.objects.count(), Attestation.objects.count(), Letter.objects.count()) == (0, 0, 0)
    assert DeletionPlan.objects.get().state == "ready"

    assert finishing.live_erased(DeletionRun.objects.get())
    assert DeletionRun.objects.get().state == "live_erased"
    assert [one.number for one in Certificate.objects.all()] == ["C-000001"]
    assert (Attestation.objects.count(), Verification.objects.count(), Letter.objects.count()) == (2, 4, 1)
    events = list(JournalEntry.objects.values_list("event", flat=True))
    for once in ("run.live_erased", "data.erased", "certificate.issued", "certificate.tombstone"):
        assert events.count(once) == 1
    assert journal_proof.prove().findings == []


def test_dying_behind_the_commit_leaves_the_notes_only_until_the_end(run, monkeypatch, settings):
    def dying(_run):
        raise DiedError

    with monkeypatch.context() as dead, pytest.raises(DiedError):
        dead.setattr(finishing, "forget", dying)
        finishing.live_erased(run)
    assert DeletionRun.objects.get().state == "live_erased"
    assert finishing.live_erased(run)
    assert Certificate.objects.count() == 1
    assert Path(settings.DELETION_WORK_DIR, f"run-{run.pk}").exists()
    finishing.forget(run)
    assert not Path(settings.DELETION_WORK_DIR, f"run-{run.pk}").exists()


LAST = [(own_storage, "erase_exactly"), (certificates, "supplement")]


@pytest.mark.parametrize(("owner", "name"), LAST, ids=[name for _owner, name in LAST])
def test_dying_while_everything_is_reduced_leaves_it_to_the_next(run, agreement, alva, staff, dies, owner, name):
    fill(agreement, alva, staff)
    erase_packages(run)
    assert finishing.live_erased(run)
    _nothing_stands_against_it(run, staff)
    dies(owner, name)
    with pytest.raises(DiedError):
        finishing.finalise(run)
    assert (DeletionRun.objects.get().state, Contact.objects.get().name) == ("live_erased", "Alva Ekström")
    assert finishing.finalise(run)
    assert holding(WORDS) == {}
    assert [one.number for one in Certificate.objects.order_by("pk")] == ["C-000001", "C-000002"]


def _nothing_stands_against_it(run, staff):
    from django.utils import timezone

    run.verifications.update(done_at=timezone.now(), passed=True)
    run.attestations.update(attested_by=staff, attested_at=timezone.now(), statement="Gone.")
    Letter.objects.filter(state="queued").update(state="sent", sent_at=timezone.now())
    assert storages["default"].listdir("messages")[0]
