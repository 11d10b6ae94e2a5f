"""A backup is taken, alice is erased, the backup is restored: she is found, and erased again after one confirmation."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from tests.retention.evidence import backups

pytestmark = pytest.mark.requires("pg_dump")


def reapply() -> tuple[int, str]:
    """Exit code and what the command says."""
    out = StringIO()
    try:
        call_command("reapply_deletions", stdout=out, stderr=out)
    except CommandError as error:
        return error.returncode, f"{out.getvalue()}{error}"
    return 0, out.getvalue()


def work(run) -> None:
    from retention import deleting

    assert deleting.work(run.pk)
    run.refresh_from_db()
    assert run.state == "live_erased", (run.state, run.error, run.stopped_by)


def restored(case, backup) -> None:
    """The platform's rows and files are as on the day of the backup."""
    backups.read_back(case.world.url, backup)
    case.world.put_files()


def test_a_restored_backup_is_noticed_and_erased_again_and_bob_is_untouched(case, run, tmp_path):
    from retention.models import Certificate, Resurrection

    backup = backups.take(case.world.url, tmp_path / "platform.dump")
    work(run)
    assert reapply() == (0, "1 tombstones compared.\n")

    restored(case, backup)
    assert case.world.left() == case.had
    code, said = reapply()
    assert code == 1 and "tenant 7 came back" in said
    (found,) = Resurrection.objects.all()
    assert (found.state, found.store, found.tenant_key) == ("found", "platform", "7")
    assert case.agreement.letters.filter(occasion="alarm").count() == 1
    assert reapply()[0] == 1
    assert Resurrection.objects.count() == case.agreement.letters.filter(occasion="alarm").count() == 1
    assert case.world.left() == case.had, "nothing goes without a confirmation"

    from retention import resurrections

    again = resurrections.confirm(found, by=case.approver, typed_name="Alice Academy")
    assert (again.plan.occasion, again.approval.tombstone) == ("restored", "tombstones/C-000001")
    work(again)
    found.refresh_from_db()
    assert (found.state, found.run_number) == ("erased", again.pk)
    assert set(case.world.left().values()) == {0}
    assert case.world.neighbours() == case.before
    supplement = Certificate.objects.get(run_number=again.pk)
    assert (supplement.number, supplement.occasion, str(supplement.supplements)) == (
        "C-000002",
        "erased_again",
        "C-000001",
    )
    assert reapply()[0] == 0


def test_it_works_too_when_our_own_database_was_restored_to_before_the_erasure(case, run, tmp_path):
    """Both databases forget; the tombstone and the certificate, which lie outside, do not. The journal is shorter than
    its signed heads, and nothing goes before a person has declared that."""
    from retention import deleting, resurrections, runs
    from retention.models import Certificate, Resurrection

    backup = backups.take(case.world.url, tmp_path / "platform.dump")
    own = backups.take(backups.own_url(), tmp_path / "own.dump")
    work(run)
    number = Certificate.objects.get().number
    connection.close()
    backups.read_back(backups.own_url(), own)
    restored(case, backup)
    run.refresh_from_db()
    case.agreement.refresh_from_db()
    assert (run.state, case.agreement.erased_at, Certificate.objects.count()) == ("queued", None, 0)

    assert reapply()[0] == 1
    runs.abandon(run, by=case.planner, because="Both databases were restored.")
    again = resurrections.confirm(Resurrection.objects.get(), by=case.approver, typed_name="Alice Academy")
    deleting.work(again.pk)
    again.refresh_from_db()
    assert (again.state, [one["code"] for one in again.stopped_by]) == ("stopped", ["journal_broken"])
    assert case.world.left() == case.had
    call_command("verify_journal", "--restored", "Disk failure; backup of the morning.", verbosity=0)
    runs.resume(again, by=case.planner)
    work(again)
    assert set(case.world.left().values()) == {0}
    assert case.world.neighbours() == case.before
    assert [one.number for one in Certificate.objects.order_by("sequence")] == [number, "C-000002"]
    assert Certificate.objects.get(sequence=2).supplements == Certificate.objects.get(sequence=1)
    case.agreement.refresh_from_db()
    assert case.agreement.erased_at is not None


def test_who_has_only_the_key_is_somebody_else_and_is_never_touched(case, run):
    from retention import resurrections
    from retention.models import Resurrection

    work(run)
    case.world.run("INSERT INTO organisations VALUES (7, 'Dora Design', '2026-10-01')")
    code, said = reapply()
    assert code == 0 and "somebody else" in said
    (reused,) = Resurrection.objects.all()
    assert reused.state == "reused"
    assert not case.agreement.letters.filter(occasion="alarm").exists()
    with pytest.raises(ValidationError, match="does not wait"):
        resurrections.confirm(reused, by=case.approver, typed_name="Alice Academy")
    assert reapply()[0] == 0
    assert Resurrection.objects.count() == 1
    assert case.world.left()["organisations"] == 1
