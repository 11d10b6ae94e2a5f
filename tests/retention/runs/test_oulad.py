"""Real data by plan, approval and run: two modules of the Open University go, the rest is as its oracle implies."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from retention import approvals, deleting, plans, runs
from tests.exports.journey.test_oulad import MAP, TABLES, loaded
from tests.retention import oracle as neighbour_oracle
from tests.retention.erasers.database.test_oulad import ALONE, SHARED, oracle
from tests.retention.runs.case import at_its_end

pytestmark = [pytest.mark.slow, pytest.mark.requires("data:oulad", "postgresql", "psql", "xz")]
MODULES = ("AAA", "GGG")
LISTED = ", ".join(f"'{module}'" for module in MODULES)
CREATED = "ALTER TABLE modules ADD COLUMN created_on date NOT NULL DEFAULT '2012-01-01'"


def mine(url: str) -> dict[str, str]:
    """Table → the rows of these modules alone, by numbers that stay true when rows that say so are gone."""
    with psycopg.connect(url) as session:

        def numbers(sql: str) -> str:
            return ", ".join(str(number) for (number,) in session.execute(sql.encode()))

        tests = numbers(f"SELECT id_assessment FROM assessments WHERE code_module IN ({LISTED})")
        students = numbers(
            "SELECT id_student FROM students EXCEPT "
            f"SELECT id_student FROM student_info WHERE code_module NOT IN ({LISTED})"
        )
    modules = dict.fromkeys(TABLES, f"t.code_module IN ({LISTED})")
    return modules | {
        "student_assessment": f"t.id_assessment IN ({tests})",
        "students": f"t.id_student IN ({students})",
    }


def dated_map(folder: Path) -> Path:
    """The dataset does not say when a module was founded, and nothing is erased of a tenant without such a day."""
    text = MAP.read_text().replace('name_field = "domain" }', 'name_field = "domain", created_field = "created_on" }')
    path = folder / "oulad.toml"
    path.write_text(text.replace('domain = "text"\n', 'domain = "text"\ncreated_on = "date"\n'))
    return path


def test_two_modules_are_planned_approved_and_erased_and_the_other_five_stay_as_they_are(
    postgres, shared_data, tmp_path_factory, tmp_path, places, people, settings
):
    with loaded(postgres, tmp_path_factory.mktemp("oulad"), MODULES) as url:
        with psycopg.connect(url) as session:
            session.execute(CREATED)
            names = dict(session.execute("SELECT code_module, domain FROM modules").fetchall())
        settings.DATA_MAP, settings.PLATFORM_URLS = dated_map(tmp_path), {"platform": url}
        conditions = mine(url)
        before = neighbour_oracle.rows(url, conditions)
        for module in MODULES:
            run = erased(module, names[module], *people)
            wanted = oracle(shared_data("oulad"), module)
            steps = {step.name: (step.gone, step.kept, step.left) for step in run.steps.filter(kind="table")}
            assert steps.pop("students") == (wanted[ALONE], wanted[SHARED], 0)
            assert steps == {table: (wanted[table], 0, 0) for table in TABLES if table != "students"}
            assert neighbour_oracle.rows(url, conditions)["courses"] == before["courses"]
        assert neighbour_oracle.rows(url, conditions) == before
        with psycopg.connect(url) as session:
            left = session.execute("SELECT array_agg(code_module ORDER BY 1) FROM modules").fetchone()
        assert left == (["BBB", "CCC", "DDD", "EEE", "FFF"],)


def erased(module: str, name: str, planner, approver):
    """Through everything that people and machines do."""
    plan = plans.make_by(at_its_end(module, name, planner), by=planner)
    assert plan.state == "ready", plan.content
    approvals.approve(plan, by=approver, typed_name=name)
    run = runs.start_by(plan, by=planner)
    assert deleting.work(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error, run.stopped_by) == ("live_erased", "", []), run.error
    return run
