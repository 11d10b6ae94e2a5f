"""The tables of the sample platform, and their SQL for each engine (``*.sql`` beside this file)."""

from __future__ import annotations

from pathlib import Path

REFERENCE = ("countries", "languages", "help_articles")
TENANT = (
    "organisations", "users", "memberships", "accounts", "preferences", "teams", "team_members", "certifications",
    "categories", "courses", "course_versions", "modules", "lessons", "materials", "quizzes", "quiz_questions",
    "surveys", "enrolments", "completions", "quiz_attempts", "quiz_answers", "survey_answers", "feedback", "comments",
    "betyg_äldre", "reports", "usage_statistics", "activity_log", "app_settings", "stored_objects",
)  # fmt: skip
VENDOR = ("django_migrations", "django_session", "background_jobs")
TABLES = REFERENCE + TENANT + VENDOR
PARTITIONS = ("activity_log_2024", "activity_log_2025", "activity_log_2026", "activity_log_rest")
"""Partitions of ``activity_log``, on PostgreSQL only."""


def sql(name: str) -> str:
    """The text of one of the SQL files."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
