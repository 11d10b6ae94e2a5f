"""The sample platform with its shared people and files: fjord leaves by plan, approval and run, on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from exports.sample.platform import create
from retention import approvals, deleting, plan_content, plans, runs
from tests.retention import oracle
from tests.retention.erasers.database.test_sample import KEPT, MAPS, NEIGHBOURS, Site
from tests.retention.runs.case import at_its_end


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request, places, tmp_path, settings):
    url = f"sqlite:///{tmp_path / 'platform.sqlite3'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("make_database")()
    summary = create(url, FileSystemStorage(places["platform_media"]), size=3000)
    settings.DATA_MAP, settings.PLATFORM_URLS = MAPS[request.param], {"platform": url}
    return Site(request.param, url, summary, Path())


def test_fjord_goes_with_its_files_and_its_neighbours_keep_theirs(site, places, people):
    planner, approver = people
    fjord = site.summary.tenants["fjord"]
    of_others = {path for one in site.summary.tenants.values() if one is not fjord for path in one.files}
    alone = set(fjord.files) - of_others

    def neighbours():
        files = oracle.folder(places["platform_media"], lambda name: name in alone)
        return [{key: site.hashes(key) for key in NEIGHBOURS}, files]

    before, rows = neighbours(), site.counts()
    plan = plans.make_by(at_its_end("17", fjord.name, planner, 2025), by=planner)
    assert plan.state == "ready", plan_content.refusals(plan.content)
    approvals.approve(plan, by=approver, typed_name=fjord.name)
    run = runs.start_by(plan, by=planner)
    assert deleting.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error, run.stopped_by) == ("live_erased", "", [])
    after = neighbours()
    assert set(before[1]) - set(after[1]) == set()
    assert after == before
    assert alone
    assert not [path for path in alone if (places["platform_media"] / path).exists()]
    gone = {step.name: step.gone for step in run.steps.filter(kind="table", gone__gt=0)}
    assert gone == dict(rows - site.counts())
    assert run.steps.get(name="users").kept == KEPT
