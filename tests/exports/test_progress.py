"""How far a job is: never back, never done before it is done, and honest when nothing moves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from exports.labels import category_names, format_names, step_text
from exports.models import ExportJob
from exports.progress import percent, progress_of, volumes_of
from tests.exports.shown import job_in, volume_of

State = ExportJob.State


@pytest.fixture
def now():
    return timezone.now()


def _running(alice, staff, **fields):
    return job_in(State.RUNNING, alice, staff, **fields)


def test_the_bar_never_goes_back_when_the_files_become_known_after_the_tables(alice, staff):
    job = _running(alice, staff)
    seen = []
    for fields in (
        {"rows_total": 1000},
        {"rows_done": 500},
        {"rows_done": 1000},
        {"bytes_total": 5 * 1024**3},
        {"bytes_done": 1024**3},
        {"bytes_done": 5 * 1024**3},
    ):
        for name, value in fields.items():
            setattr(job, name, value)
        seen.append(percent(job))
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert seen[-1] == 99, "100 is said when the package is sealed, not before"


def test_without_files_the_tables_are_the_whole_bar(alice, staff):
    job = _running(alice, staff, formats=["csv"], rows_total=1000, rows_done=500)
    assert percent(job) == 50


@pytest.mark.parametrize(
    ("formats", "seen"),
    [(["csv", "pdf"], [0, 25, 50, 62, 99, 99]), (["csv", "docx", "media"], [0, 12, 25, 31, 50, 50])],
)
def test_documents_are_part_of_the_bar(alice, staff, now, formats, seen):
    job = _running(alice, staff, formats=formats, rows_total=1000, started_at=now - timedelta(minutes=1))
    found, left = [], []
    for rows, step in ((0, "tables"), (500, "table people"), (1000, "table people"), (1000, "documents 3/12"),
                       (1000, "documents 12/12"), (1000, "pack")):  # fmt: skip
        job.rows_done, job.step = rows, step
        found.append(percent(job))
        left.append(progress_of(job, now)["left"])
    assert found == seen
    assert left[1] == "about 1 minute left for the tables" and not any(left[2:])


@pytest.mark.parametrize("state", [State.COMPLETE, State.INCOMPLETE, State.EXPIRED])
def test_an_ended_package_is_at_100_percent_and_asks_nobody_to_look_again(alice, staff, now, state):
    shown = progress_of(job_in(state, alice, staff), now)
    assert (shown["percent"], shown["active"], shown["left"], shown["step"]) == (100, False, "", "")


def test_the_time_left_is_told_once_it_is_more_than_a_guess(alice, staff, now):
    job = _running(alice, staff, formats=["csv"], rows_total=1000, started_at=now - timedelta(minutes=6))
    job.rows_done = 10
    assert progress_of(job, now)["left"] == ""
    job.rows_done = 250
    assert progress_of(job, now)["left"] == "about 18 minutes left"
    job.rows_done = 990
    assert progress_of(job, now)["left"] == "less than a minute left"


def test_while_nobody_knows_how_many_files_follow_the_time_left_is_that_of_the_tables(alice, staff, now):
    job = _running(alice, staff, rows_total=1000, rows_done=500, started_at=now - timedelta(minutes=1))
    assert progress_of(job, now)["left"] == "about 1 minute left for the tables"


def test_rows_and_bytes_are_told_in_figures_that_can_be_read(alice, staff, now):
    job = _running(alice, staff, rows_total=4_012_345, rows_done=1_203_344)
    assert progress_of(job, now)["text"] == "1,203,344 of 4,012,345 rows"
    job.rows_done, job.bytes_total, job.bytes_done = job.rows_total, 5 * 1024**3, 2 * 1024**3
    assert progress_of(job, now)["text"] == "4,012,345 rows · 2.0\xa0GB of 5.0\xa0GB media"


def test_a_job_that_nobody_takes_says_so_after_some_minutes(alice, staff, now):
    job = job_in(State.QUEUED, alice, staff, requested_at=now - timedelta(minutes=25))
    assert "25\xa0minutes" in progress_of(job, now)["note"]
    assert "manage.py" not in progress_of(job, now)["note"]
    job.requested_at = now - timedelta(minutes=2)
    assert progress_of(job, now)["note"] == ""


def test_a_worker_without_a_sign_of_life_is_told_about_only_after_its_lease(alice, staff, now, settings):
    settings.EXPORT_LEASE_SECONDS = 60
    job = _running(alice, staff, heartbeat_at=now - timedelta(seconds=30))
    assert progress_of(job, now)["note"] == ""
    job.heartbeat_at = now - timedelta(minutes=2)
    assert "no sign of life" in progress_of(job, now)["note"]


def test_progress_of_a_job_asks_the_database_nothing_more(alice, staff, now, django_assert_num_queries):
    job = _running(alice, staff)
    volume_of(job)
    with django_assert_num_queries(0):
        progress_of(job, now)


def test_each_volume_shows_how_far_it_is(alice, staff):
    job = _running(alice, staff)
    volume_of(job, 2)
    volume_of(job, 3, kind="media", state="planned", sha256="", files=0, bytes=1000, bytes_done=350)
    volume_of(job, 4, kind="media", state="planned", sha256="", files=0, bytes=1000, bytes_done=0)
    assert [(one["label"], one["state"], one["percent"], one["going"]) for one in volumes_of(job)] == [
        ("002", "verified", 100, False),
        ("003", "running", 35, True),
        ("004", "planned", 0, True),
    ]


def test_a_volume_that_did_not_come_back_as_written_is_called_damaged(alice, staff):
    job = job_in(State.INCOMPLETE, alice, staff)
    volume_of(job, state="planned", sha256="", result={"damaged": [{"name": "a", "text": "b"}]})
    (one,) = volumes_of(job)
    assert (one["state"], one["state_text"], one["going"]) == ("failed", "damaged", False)


def test_a_step_is_read_in_each_readers_language():
    assert step_text("table people") == "reading people"
    with translation.override("sv"):
        assert step_text("table people") == "läser people"
        assert step_text("state") == "skriver fullständighetsintyget"
    assert step_text("whatever an older release wrote") == "whatever an older release wrote"


def test_a_table_with_a_percent_sign_in_its_name_can_be_shown():
    assert step_text("table 100 %s") == "reading 100 %s"


def test_every_step_that_a_worker_tells_has_its_words(request):
    """The words and the workers stand in different files; neither forgets the other."""
    import re

    from exports.labels import STEPS

    package = request.config.rootpath / "exports"
    told = {
        step
        for name in ("build.py", "sealing.py", "documents/writing.py")
        for step in re.findall(r'step(?:=|\()f?"([a-z]+)', (package / name).read_text())
    }
    assert told == set(STEPS)


def test_categories_and_formats_have_names_in_both_languages():
    assert category_names(["users", "reports"]) == "Users, Reports"
    assert format_names(["csv", "xlsx", "media"]) == "CSV, Excel, Media"
    with translation.override("sv"):
        assert category_names(["users", "courses"]) == "Användare, Kurser"
