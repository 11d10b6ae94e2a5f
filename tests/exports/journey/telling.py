"""What a person is told about a job, in the statement and in the admin."""

from __future__ import annotations

from typing import Any

from django.utils.html import escape

from tests.exports.journey.site import Site, problems_of, told


def page(client, one: Site, job: Any) -> str:
    """The job's page in the admin, as a member of staff sees it."""
    client.force_login(one.staff)
    answer = client.get(f"/admin/exports/exportjob/{job.pk}/change/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def check_told(client, one: Site, job: Any, *words: str) -> None:
    """The job ended incomplete; statement and page list the same problems, which name what is wrong."""
    assert job.state == "incomplete", told(job)
    assert job.statement["complete"] is False
    found = problems_of(job)
    assert found
    for word in words:
        assert any(word in text for text in found), (word, found)
    shown = page(client, one, job)
    for text in found:
        assert escape(text) in shown
    assert "state-incomplete" in shown
