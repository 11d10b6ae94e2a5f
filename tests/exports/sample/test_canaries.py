"""With canaries every free text tells whose it is, so that a leak cannot hide."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from exports.sample import schema
from exports.sample.platform import create
from exports.sample.world import SECRET_CANARY, VENDOR_CANARY
from tests.exports.sample import oracle
from tests.exports.sample.conftest import Sample, query

FREE_TEXTS = {
    "organisations": ["name", "email"],
    "users": ["email", "family_name", "full_name", "street", "bio", "interests"],
    "memberships": ["title"],
    "accounts": ["external_id"],
    "preferences": ["data"],
    "teams": ["name"],
    "categories": ["name"],
    "courses": ["title", "description", "tags"],
    "course_versions": ["changes"],
    "modules": ["title"],
    "lessons": ["title", "body"],
    "materials": ["title", "url"],
    "quizzes": ["title", "settings"],
    "quiz_questions": ["prompt", "choices"],
    "surveys": ["title", "questions"],
    "quiz_answers": ["answer"],
    "survey_answers": ["answer"],
    "feedback": ["message"],
    "comments": ["body"],
    "betyg_äldre": ["Kurs"],
    "reports": ["title", "parameters"],
    "activity_log": ["user_agent", "details"],
    "app_settings": ["value"],
    "stored_objects": ["original_name"],
}
NO_FREE_TEXT = {"team_members", "certifications", "enrolments", "completions", "quiz_attempts", "usage_statistics"}


def test_every_table_of_a_customer_is_thought_of() -> None:
    assert FREE_TEXTS.keys() | NO_FREE_TEXT == set(schema.TENANT)


@pytest.mark.parametrize("word", ["nordic", "fjord", "quill"])
@pytest.mark.parametrize("table", FREE_TEXTS)
def test_a_customers_texts_carry_its_canary_and_no_one_elses(sample: Sample, table: str, word: str) -> None:
    tenant = sample.summary.tenants[word]
    others = [other.canary for other in sample.summary.tenants.values() if other is not tenant]
    rows = sample.query(oracle.rows(sample.engine, table, tenant.key))
    assert rows
    assert not [row for row in rows if any(other in str(row) for other in [*others, VENDOR_CANARY])]
    for column in FREE_TEXTS[table]:
        texts = sample.query(oracle.rows(sample.engine, table, tenant.key, f'"{column}"'))
        assert any(tenant.canary in str(text) for text in texts), column


@pytest.mark.parametrize("table", sorted(FREE_TEXTS.keys() - {"users", "preferences"}))
def test_no_row_of_a_customer_is_without_its_canary(sample: Sample, table: str) -> None:
    """Except where every free text of the row is NULL or empty: such a row has nothing to tell."""
    columns = ", ".join(f'"{column}"' for column in FREE_TEXTS[table])
    for word in ("nordic", "fjord", "quill"):
        tenant = sample.summary.tenants[word]
        rows = sample.query(oracle.rows(sample.engine, table, tenant.key, columns))
        bare = [row for row in rows if tenant.canary not in str(row)]
        if table in ("quiz_answers", "survey_answers", "activity_log", "accounts", "app_settings"):
            assert len(bare) < len(rows)
        else:
            assert bare == []


def test_people_of_one_customer_are_marked_and_shared_people_are_not(sample: Sample) -> None:
    rows = sample.query(
        "SELECT family_name, count(*) FROM users JOIN memberships ON user_id = id GROUP BY id, family_name"
    )
    assert {"canary" in name for name, homes in rows if homes == 1} == {True}
    assert {"canary" in name for name, homes in rows if homes == 2} == {False}


@pytest.mark.parametrize(
    "column",
    ["organisations.api_token", "users.password", "users.totp_secret", "accounts.access_token"],
)
def test_secrets_carry_a_canary_of_their_own(sample: Sample, column: str) -> None:
    table, name = column.split(".")
    values = [value for (value,) in sample.query(f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL")]
    assert values and all(SECRET_CANARY in value for value in values)


def test_the_vendors_own_rows_carry_the_vendors_canary(sample: Sample) -> None:
    for sql in (
        "SELECT body FROM help_articles",
        "SELECT session_data FROM django_session",
        "SELECT CAST(value AS text) FROM app_settings WHERE name = 'banner'",
        "SELECT original_name FROM stored_objects WHERE object_key LIKE 'shared/%'",
    ):
        assert all(VENDOR_CANARY in text for (text,) in sample.query(sql))
    assert sample.summary.forbidden == (VENDOR_CANARY, SECRET_CANARY)


def test_files_carry_no_neighbours_canary(sample: Sample) -> None:
    marked = 0
    for tenant in sample.summary.tenants.values():
        others = [other.canary.encode() for other in sample.summary.tenants.values() if other is not tenant]
        for path in tenant.files:
            with sample.storage.open(path) as stream:
                content = stream.read()
            marked += tenant.canary.encode() in content
            assert not any(other in content for other in others), path
    assert marked > len(sample.summary.files) / 2


def test_without_canaries_texts_look_real(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'platform.sqlite3'}"
    create(url, FileSystemStorage(tmp_path / "media"), size=5000)
    for table in schema.TABLES:
        assert "canary" not in str(query(url, f'SELECT * FROM "{table}"'))
