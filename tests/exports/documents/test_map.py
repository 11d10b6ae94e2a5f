"""A data map's documents: what is amiss is named, with the field, before anything is exported."""

from __future__ import annotations

from pathlib import Path

import pytest

import exports.sample
from exports.checks import check_settings
from exports.datamap import DataMapError, load
from exports.documents import templates

SAMPLE = (Path(exports.sample.__file__).parent / "datamap.toml").read_text()
BEGINNING = SAMPLE.index("\n[[documents]]")
GOOD = """
[[documents]]
name = "certificates"
table = "certifications"
category = "users"
template = "certificate.html"
file = "{number} {holder.full_name}"
title = { en = "Certificate {number}", sv = "Kursintyg {number}" }
[documents.joins]
holder = { table = "users", fields = ["user_id"], references = ["id"] }
course = { table = "courses", fields = ["course_id"], references = ["id"] }
[documents.figures.issued]
title = "Issued"
table = "enrolments"
fields = ["course_id"]
references = ["course_id"]
measure = "count"
month = "enrolled_at"
"""
USER = '{ table = "users", fields = ["user_id"], references = ["id"] }'


def mistakes(text: str, folder: Path) -> list[str]:
    path = folder / "map.toml"
    path.write_text(SAMPLE[:BEGINNING] + text)
    try:
        datamap = load(path)
    except DataMapError as error:
        return [str(mistake) for mistake in error.mistakes]
    return [str(mistake) for mistake in templates.mistakes(datamap)]


def test_the_samples_of_both_engines_can_be_used(tmp_path):
    assert mistakes(SAMPLE[BEGINNING:], tmp_path) == []
    assert mistakes(GOOD, tmp_path) == []
    other = Path(exports.sample.__file__).parent / "datamap.postgresql.toml"
    assert [one.name for one in load(other).documents] == ["certificates", "course-reports", "usage"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "certificates"', 'name = "My Certificates"', "documents[1].name: 'My Certificates' is no name here"),
        ('table = "certifications"', 'table = "diplomas"', "documents[1].table: 'diplomas' is no collection"),
        ('table = "certifications"', 'table = "help_articles"', "documents[1].table: 'help_articles' is not exported"),
        ('table = "certifications"\n', "", "documents[1].table: is missing"),
        ('template = "certificate.html"', 'template = "diploma.html"', "there is no template diploma.html below"),
        ('template = "certificate.html"', 'template = "../../base.html"', "must be a name below"),
        ('"{number} {holder', '"{nr} {holder', "documents[1].file: 'nr' is no field of certifications"),
        ("{holder.full_name}", "{holder.password}", "'holder.password' never leaves the platform"),
        ("{holder.full_name}", "{owner.full_name}", "'owner' in 'owner.full_name' is no join here"),
        ("{holder.full_name}", "{holder", "has a brace that stands alone"),
        ('fields = ["user_id"], references = ["id"]', 'fields = ["person"], references = ["id"]',
         "documents[1].joins.holder.fields: 'person' is no field of certifications"),
        ('fields = ["user_id"], references = ["id"]', 'fields = ["user_id"], references = ["id", "email"]',
         "documents[1].joins.holder: 1 fields cannot equal 2 references"),
        ("holder = {", "row = {", "documents[1].joins.row: is no name a template can use"),
        ("[documents.figures.issued]", "[documents.figures.holder]", "documents[1].holder: is the name of two things"),
        ('measure = "count"', f'measure = "count"\njoins.status = {USER}',
         "documents[1].figures.issued.joins.status: is also a field of enrolments"),
        ('measure = "count"', 'measure = "sum"', "documents[1].figures.issued.column: is missing"),
        ('measure = "count"', 'measure = "median"', "'median' is unknown; it is one of count, sum, avg, min, max"),
        ('month = "enrolled_at"', "", "documents[1].figures.issued: needs month, by or both"),
        ('month = "enrolled_at"', 'month = "enroled_at"',
         "figures.issued.month: 'enroled_at' is no field of enrolments"),
        ('category = "users"', 'category = "users"\nper = "tenant"', "must be 'organisations', the customer's own row"),
        ('category = "users"', 'category = "users"\ncolour = "red"',
         "documents[1].colour: is no key that belongs here"),
        ('category = "users"', 'category = "users"\nstore = "crm"', "documents[1].store: 'crm' is no database"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(old, new, told, tmp_path):
    assert old in GOOD
    found = mistakes(GOOD.replace(old, new), tmp_path)
    assert [mistake for mistake in found if told in mistake], found


def test_the_systems_check_tells_of_a_missing_template_before_any_export(tmp_path):
    path = tmp_path / "map.toml"
    path.write_text(SAMPLE[:BEGINNING] + GOOD.replace("certificate.html", "diploma.html"))
    found = [message for message in check_settings(load(path)) if message.id == "exports.E004"]
    assert [message.msg for message in found if "documents[1].template" in message.msg]


def test_two_kinds_of_one_name_are_refused(tmp_path):
    assert [
        one for one in mistakes(GOOD + GOOD, tmp_path) if "documents[2].name: 'certificates' is there already" in one
    ]


def test_a_template_that_is_none_is_a_mistake_of_the_map(tmp_path, settings):
    templates.engine.cache_clear()
    settings.DOCUMENT_TEMPLATES = str(tmp_path)
    (tmp_path / "broken.html").write_text("{% if row.number %}")
    found = mistakes(GOOD.replace("certificate.html", "broken.html"), tmp_path)
    templates.engine.cache_clear()
    assert [one for one in found if "documents[1].template: 'broken.html' cannot be used: Unclosed tag" in one]
