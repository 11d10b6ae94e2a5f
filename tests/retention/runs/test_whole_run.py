"""An approved plan is carried out: everything of alice's goes, counted and looked at, and nothing of anybody else's."""

from __future__ import annotations

from retention import deleting


def test_a_run_erases_everything_of_alices_and_nothing_of_bobs(case, run):
    assert deleting.work(run.pk)
    case.proved(run)


def test_a_task_that_comes_twice_or_too_late_finds_nothing_to_do(case, run):
    assert [deleting.work(run.pk) for _ in range(3)] == [True, False, False]
    run.refresh_from_db()
    assert run.attempt == 1
    case.proved(run)
