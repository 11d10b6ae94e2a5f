"""What a worker says when it fails is for the people of the house, not for the customer."""

from __future__ import annotations

from exports import jobs, worker
from exports.models import ExportJob


def test_an_error_is_told_in_the_houses_language_also_for_a_swedish_customer(alice, staff, settings, tmp_path):
    assert alice.language == "sv"
    (tmp_path / "file").write_text("a file where the work directory should be")
    settings.EXPORT_WORK_DIR = tmp_path / "file"
    job = jobs.request_export(alice, by=staff)
    assert worker.run(job.pk)
    job.refresh_from_db()
    assert job.state == ExportJob.State.FAILED
    assert job.error.startswith("A file could not be read or written")
