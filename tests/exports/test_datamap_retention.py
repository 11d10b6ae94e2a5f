"""The map says how long law keeps a table, and when the tenant's row was made; what cannot be counted is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from exports.catalogue import LiveColumn, made_at
from exports.contents import Kind
from exports.datamap import CountedFrom, DataMapError, KeepingRule, Retention, load

HEAD = """
version = 1
[stores.platform]
kind = "database"
tenant = { collection = "orgs", field = "id"%s }
[stores.platform.collections.orgs]
category = "users"
tenant_field = "id"
fields = { id = "integer", created_at = "date" }
[stores.platform.collections.plans]
category = "users"
ownership = "reference"
everything = true
fields = { id = "integer" }
[stores.platform.collections.invoices]
category = "reports"
tenant_field = "org_id"
fields = { id = "integer", org_id = "integer", issued_on = "date" }
"""
SECTION = "\n[stores.platform.collections.%s.retention]\n"
BOOKS = 'ground = "bookkeeping"\nsource = "bokföringslagen"\nrule = "bookkeeping"\nyears = 7\n'


@pytest.fixture
def read(tmp_path: Path):
    def read(retention: str = "", *, table: str = "invoices", tenant: str = ""):
        path = tmp_path / "map.toml"
        path.write_text(HEAD % tenant + (SECTION % table + retention if retention else ""))
        return load(path).databases["platform"]

    return read


@pytest.fixture
def mistakes(read):
    def find(retention: str = "", **other: str) -> dict[str, str]:
        with pytest.raises(DataMapError) as caught:
            read(retention, **other)
        return {one.where.partition("stores.platform.")[2]: one.reason for one in caught.value.mistakes}

    return find


def test_what_law_keeps_is_read_into_typed_values(read):
    store = read(BOOKS + 'counted_from = "column"\ncounted_column = "issued_on"')
    assert store.collections["invoices"].retention == Retention(
        "bookkeeping", "bokföringslagen", KeepingRule.BOOKKEEPING, 7, None, CountedFrom.COLUMN, "issued_on"
    )
    assert store.collections["orgs"].retention is None


def test_the_end_of_service_counts_where_nothing_else_is_said(read):
    found = read(BOOKS).collections["invoices"].retention
    assert (found.counted_from, found.counted_column) == (CountedFrom.SERVICE_ENDS, "")


def test_a_fixed_day_is_a_day(read, mistakes):
    fixed = 'ground = "claim"\nsource = "court"\nrule = "fixed"\nuntil = %s\n'
    assert read(fixed % "2031-08-31").collections["invoices"].retention.until == date(2031, 8, 31)
    for other in ('"2031-08-31"', "2031-08-31T00:00:00", "2031"):
        assert "a day without quotes" in mistakes(fixed % other)["collections.invoices.retention.until"]


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('ground = "bookkeeping"', "", "ground", "is missing"),
        ('source = "bokföringslagen"', 'source = " "', "source", "empty"),
        ('source = "bokföringslagen"', f'source = "{"x" * 256}"', "source", "255"),
        ('rule = "bookkeeping"', 'rule = "for_ever"', "rule", "calendar_years"),
        ('rule = "bookkeeping"', "", "rule", "is missing"),
        ("years = 7", "", "years", "how many years"),
        ("years = 7", "years = -1", "years", "0 to 100"),
        ("years = 7", "years = 101", "years", "0 to 100"),
        ("years = 7", 'years = "7"', "years", "a whole number"),
        ("years = 7", "years = 7\nuntil = 2030-01-01", "until", 'only for rule = "fixed"'),
        ("years = 7", 'years = 7\ncounted_from = "column"', "counted_column", "which field"),
        ("years = 7", 'years = 7\ncounted_from = "birth"', "counted_from", "service_ends"),
        ("years = 7", 'years = 7\ncounted_column = "issued_on"', "counted_column", 'counted_from = "column"'),
        ("years = 7", 'years = 7\ncounted_from = "column"\ncounted_column = "sent"', "counted_column", "no field"),
        ("years = 7", 'years = 7\nreason = "x"', "reason", "no key that belongs here"),
        ('rule = "bookkeeping"', 'rule = "fixed"\nuntil = 2030-01-01', "years", "means nothing"),
    ],
)
def test_a_rule_that_cannot_be_counted_is_one_clear_mistake(mistakes, old, new, key, words):
    found = mistakes(BOOKS.replace(old, new))
    assert list(found) == [f"collections.invoices.retention.{key}"]
    assert words in found[f"collections.invoices.retention.{key}"]


def test_the_vendors_own_rows_need_no_duty(mistakes):
    assert mistakes(BOOKS, table="plans") == {
        "collections.plans.retention": "the vendor's own rows are never erased; no duty needs to keep them"
    }


def test_the_map_names_when_the_tenants_row_was_made(read, mistakes):
    assert read(tenant=', created_field = "created_at"').tenant.created_field == "created_at"
    assert read().tenant.created_field == ""
    assert mistakes(tenant=', created_field = "made"') == {"tenant.created_field": "'made' is no field of orgs"}


def test_the_first_date_that_sounds_like_it_is_drafted():
    columns = [
        LiveColumn("created_by", "integer", Kind.INTEGER, True), LiveColumn("renewed_at", "date", Kind.DATE, True),
        LiveColumn("signed_up", "date", Kind.DATE, True), LiveColumn("created_at", "date", Kind.DATE, True),
    ]  # fmt: skip
    assert made_at(columns) == "signed_up"
    assert made_at(columns[:2]) == ""
