"""The sample holds what makes real platforms awkward; without it the exports would be tried on nothing."""

from __future__ import annotations

import pytest

from tests.exports.sample.conftest import Sample


@pytest.mark.parametrize(
    ("what", "sql"),
    [
        ("people who belong to two organisations", "SELECT user_id FROM memberships GROUP BY 1 HAVING count(*) > 1"),
        (
            "a comment whose number is a course of one customer and a lesson of another",
            """SELECT 1 FROM comments JOIN lessons ON lessons.id = owner_id JOIN modules ON modules.id = module_id
            JOIN courses theirs ON theirs.id = modules.course_id JOIN courses mine ON mine.id = owner_id
            WHERE owner_type = 'course' AND mine.organisation_id <> theirs.organisation_id""",
        ),
        (
            "settings that name another customer beside their own",
            "SELECT 1 FROM app_settings WHERE CAST(value AS text) LIKE '%copied_from%'",
        ),
        (
            "exact duplicates in a log",
            "SELECT 1 FROM activity_log GROUP BY happened_at, action, ip HAVING count(*) > 1",
        ),
        ("replies to comments", "SELECT 1 FROM comments WHERE reply_to_id IS NOT NULL"),
        ("categories below categories", "SELECT 1 FROM categories c JOIN categories p ON p.id = c.parent_id"),
        ("courses that point at a version that points back", "SELECT 1 FROM courses WHERE current_version > 1"),
        ("birth dates before spreadsheets begin", "SELECT 1 FROM users WHERE birth_date <= '1900-02-28'"),
        ("numbers with leading zeros", "SELECT 1 FROM memberships WHERE employee_number LIKE '0%'"),
        ("numbers of 20 digits", "SELECT 1 FROM accounts WHERE length(external_id) = 20"),
        ("formulas", "SELECT 1 FROM quiz_answers WHERE answer LIKE '=1+1%'"),
        ("phone numbers with a plus sign", "SELECT 1 FROM users WHERE phone LIKE '+46%'"),
        ("emoji", "SELECT 1 FROM quiz_answers WHERE answer LIKE '%🎉%'"),
        ("several lines", "SELECT 1 FROM lessons WHERE body LIKE '%\n\n%'"),
        ("quotes", "SELECT 1 FROM organisations WHERE name LIKE '%\"%' AND name LIKE '%''%'"),
        ("right-to-left text", "SELECT 1 FROM quiz_answers WHERE answer LIKE '%مرحبا%'"),
        ("characters XML forbids", "SELECT 1 FROM quiz_answers WHERE answer LIKE '%\x0b%'"),
        ("backslashes", "SELECT 1 FROM quiz_answers WHERE answer LIKE '%:\\\\nytt%' ESCAPE '\\'"),
        ("empty text beside NULL", 'SELECT 1 FROM "betyg_äldre" WHERE "Betyg" = \'\''),
        ("NULL beside empty text", 'SELECT 1 FROM "betyg_äldre" WHERE "Betyg" IS NULL'),
        ("files of the common library", "SELECT 1 FROM materials WHERE storage_path LIKE 'shared/%'"),
        ("a file path that is empty, not NULL", "SELECT 1 FROM users WHERE avatar_path = ''"),
        ("a file path that is NULL", "SELECT 1 FROM certifications WHERE pdf_path IS NULL"),
    ],
)
def test_the_sample_holds(sample: Sample, what: str, sql: str) -> None:
    assert sample.query(sql), what


def test_ids_of_customers_are_prefixes_of_each_other(sample: Sample) -> None:
    """``org/7`` without the slash, or a LIKE without it, catches ``org/71``."""
    keys = sorted(tenant.key for tenant in sample.summary.tenants.values())
    assert keys == ["17", "170", "7", "71"]


def test_users_of_a_customer_are_no_range_of_ids(sample: Sample) -> None:
    rows = sample.query("SELECT organisation_id, min(user_id), max(user_id) FROM memberships GROUP BY 1 ORDER BY 1")
    for _, least, most in rows:
        assert all(least < other_most and other_least < most for _, other_least, other_most in rows)


def test_the_log_is_partitioned_on_postgresql_and_no_partition_is_empty_by_mistake(on_postgresql: Sample) -> None:
    counts = dict(on_postgresql.query("SELECT tableoid::regclass::text, count(*) FROM activity_log GROUP BY 1"))
    assert {"activity_log_2024", "activity_log_2025", "activity_log_2026"} <= counts.keys()
