"""Whose rows are whose, in plain SQL written by hand: neither the generator nor the data map has a word in it."""

from __future__ import annotations

_COURSES = "SELECT id FROM courses WHERE organisation_id = {key}"
_MODULES = f"SELECT id FROM modules WHERE course_id IN ({_COURSES})"
_LESSONS = f"SELECT id FROM lessons WHERE module_id IN ({_MODULES})"
_QUIZZES = f"SELECT id FROM quizzes WHERE lesson_id IN ({_LESSONS})"
_ENROLMENTS = "SELECT id FROM enrolments WHERE organisation_id = {key}"
_MEMBERS = "SELECT user_id FROM memberships WHERE organisation_id = {key}"
_OWN = "organisation_id = {key}"

WHERE = {
    "countries": "1 = 1",
    "languages": "1 = 1",
    "organisations": "id = {key}",
    "users": f"id IN ({_MEMBERS})",
    "memberships": _OWN,
    "accounts": _OWN,
    "preferences": f"user_id IN ({_MEMBERS})",
    "teams": _OWN,
    "team_members": "team_id IN (SELECT id FROM teams WHERE organisation_id = {key})",
    "certifications": _OWN,
    "categories": _OWN,
    "courses": _OWN,
    "course_versions": f"course_id IN ({_COURSES})",
    "modules": f"course_id IN ({_COURSES})",
    "lessons": f"module_id IN ({_MODULES})",
    "materials": f"course_id IN ({_COURSES}) OR lesson_id IN ({_LESSONS})",
    "quizzes": f"lesson_id IN ({_LESSONS})",
    "quiz_questions": f"quiz_id IN ({_QUIZZES})",
    "surveys": f"course_id IN ({_COURSES})",
    "enrolments": _OWN,
    "completions": f"enrolment_id IN ({_ENROLMENTS})",
    "quiz_attempts": f"enrolment_id IN ({_ENROLMENTS})",
    "quiz_answers": f"attempt_id IN (SELECT id FROM quiz_attempts WHERE enrolment_id IN ({_ENROLMENTS}))",
    "survey_answers": f"survey_id IN (SELECT id FROM surveys WHERE course_id IN ({_COURSES}))",
    "feedback": f"course_id IN ({_COURSES})",
    "comments": f"owner_type = 'course' AND owner_id IN ({_COURSES})"
    f" OR owner_type = 'lesson' AND owner_id IN ({_LESSONS})"
    " OR owner_type = 'report' AND owner_id IN (SELECT id FROM reports WHERE organisation_id = {key})",
    "betyg_äldre": '"Kundkod" IN (SELECT customer_code FROM organisations WHERE id = {key})',
    "reports": _OWN,
    "usage_statistics": _OWN,
    "activity_log": _OWN,
    "app_settings": "{organisation_in_json} = {key}",
    "stored_objects": "object_key LIKE 'org/{key}/%'",
}

PATHS = {
    "organisations": "logo_path",
    "users": "avatar_path",
    "certifications": "pdf_path",
    "courses": "cover_path",
    "materials": "storage_path",
    "reports": "file_path",
}


_IN_JSON = {"sqlite": "json_extract(value, '$.organisation')", "postgresql": "(value ->> 'organisation')::bigint"}


def rows(engine: str, table: str, key: str, columns: str = "*") -> str:
    """A query for one customer's rows of a table."""
    where = WHERE[table].format(key=key, organisation_in_json=_IN_JSON[engine])
    return f'SELECT {columns} FROM "{table}" WHERE {where}'
