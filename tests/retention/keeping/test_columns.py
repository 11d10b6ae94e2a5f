"""The day that a duty counts from is the last date in a column, of exactly the tenant's rows; else it is not known."""

from __future__ import annotations

import sqlite3
from datetime import date

import pytest

from retention import duty_columns, keeping_duties
from retention.duty_columns import NO_ROWS
from retention.models import RetentionDuty
from retention.reach import Reach
from tests.retention.erasers.database.conftest import everything, run
from tests.retention.keeping.conftest import INVOICES, MAP, PLATFORM


def on(*days: str, column: str = "issued_on") -> str:
    """SQL: Alice's invoices with these values."""
    rows = (f"INSERT INTO invoices (id, org_id, {column}) VALUES ({n}, 7, {day})" for n, day in enumerate(days))
    return "; ".join(rows)


@pytest.fixture(params=["postgresql", "sqlite"])
def platform(request, settings, tmp_path, datamap):
    """``platform(sql)``: the platform with these rows; on SQLite types are words that nobody enforces."""

    def make(sql: str = "") -> str:
        if request.param == "postgresql":
            url = request.getfixturevalue("make_database")(PLATFORM + sql)
        else:
            path = tmp_path / "platform.sqlite3"
            with sqlite3.connect(path) as connection:
                connection.executescript(PLATFORM + sql)
            url = f"sqlite:///{path}"
            datamap(MAP.replace('"integer"', '"INT"').replace('"text"', '"TEXT"')
                    .replace("timestamp without time zone", "timestamp"))  # fmt: skip
        settings.PLATFORM_URLS = {"platform": url}
        return url

    make.engine = request.param  # type: ignore[attr-defined]
    return make


@pytest.fixture
def counted(hers, lea):
    """``counted("issued_on")`` is the event of a duty that counts from that column."""

    def ask(column: str, reach: Reach = INVOICES, customer=None) -> date | None:
        duty = keeping_duties.decide(
            by=lea, customer=customer, ground="g", source="s", reach=reach, rule="bookkeeping", years=7,
            counted_from="column", counted_column=f"platform.invoices.{column}",
        )  # fmt: skip
        return keeping_duties.events_of(hers.customer, "7")[duty.pk]

    return ask


def test_the_last_date_of_the_tenants_own_rows_counts(platform, counted):
    platform(on("'2024-05-31'", "'2026-02-28'", "NULL", "'2025-12-31'"))
    assert counted("issued_on") == date(2026, 2, 28)


def test_a_time_counts_as_the_vendors_day(platform, counted):
    platform(on("'2026-12-31 23:30:00+00:00'", column="booked_at"))
    assert counted("booked_at") == date(2027, 1, 1)


def test_a_time_without_a_zone_counts_as_the_later_of_its_days(platform, counted):
    platform(on("'2026-12-31 23:30:00'", column="paid_at"))
    assert counted("paid_at") == date(2027, 1, 1)


def test_without_a_row_of_the_tenant_nothing_is_kept(platform, counted, hers):
    platform()
    assert counted("issued_on") == NO_ROWS
    (duty,) = keeping_duties.duties_of(hers, events=keeping_duties.events_of(hers.customer, "7"))
    assert not duty.keeps_on(date(2026, 11, 20))


def test_without_a_row_a_duty_over_other_tables_too_is_not_known(platform, counted):
    platform()
    both = Reach(tables=INVOICES.tables | {("platform", "courses")})
    assert counted("issued_on", both) is None


def test_rows_without_a_date_are_not_known(platform, counted):
    platform(on("NULL", "NULL"))
    assert counted("issued_on") is None


@pytest.mark.parametrize("platform", ["postgresql"], indirect=True)
@pytest.mark.parametrize("value", ["infinity", "0044-03-15 BC", "12000-01-01"])
def test_a_date_that_no_calendar_here_has_is_not_known(platform, counted, value):
    platform(on("'2026-01-01'", f"'{value}'") if not value.endswith("BC") else on(f"'{value}'"))
    assert counted("issued_on") is None


@pytest.mark.parametrize("platform", ["sqlite"], indirect=True)
@pytest.mark.parametrize("value", ["1767222000", "'31/12/2030'", "'soon'", "2461041.5", "x'3230'", "''"])
def test_a_value_that_is_no_date_is_not_known_beside_dates_either(platform, counted, value):
    platform(on("'2026-01-01'", value))
    assert counted("issued_on") is None


def test_a_column_of_text_is_only_read_where_types_are_words(platform, counted):
    platform(on("'2026-02-28'", column="note"))
    assert counted("note") == (date(2026, 2, 28) if platform.engine == "sqlite" else None)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE invoices DROP COLUMN note",
        "ALTER TABLE courses ADD COLUMN more int",
        "DROP TABLE courses",
        "CREATE TABLE unknown (id int)",
    ],
)
def test_a_platform_that_is_not_as_the_map_says_is_not_read(platform, counted, change):
    platform(on("'2026-02-28'") + ";" + change)
    assert counted("issued_on") is None


def test_what_cannot_be_reached_is_not_known(platform, counted, settings):
    platform()
    settings.PLATFORM_URLS = {"platform": settings.PLATFORM_URLS["platform"].replace("platform.sql", "no.sql") + "x"}
    assert counted("issued_on") is None
    settings.PLATFORM_URLS = {}
    assert counted("issued_on") is None


def test_a_column_that_left_the_map_or_a_broken_map_is_not_known(platform, counted, datamap, hers, settings, tmp_path):
    platform(on("'2026-02-28'"))
    assert counted("issued_on") == date(2026, 2, 28)
    RetentionDuty.objects.update(counted_column="platform.invoices.billed_on")
    assert set(keeping_duties.events_of(hers.customer, "7").values()) == {None}
    settings.DATA_MAP = tmp_path / "nowhere.toml"
    assert set(keeping_duties.events_of(hers.customer, "7").values()) == {None}


def test_a_remainder_is_read_after_the_tenants_own_row_has_gone(platform, counted):
    url = platform("ALTER TABLE invoices RENAME TO bills; CREATE TABLE invoices (id int PRIMARY KEY, org_id int,"
                   " issued_on date, paid_at timestamp, booked_at timestamp with time zone, note text);"
                   " DROP TABLE bills; DELETE FROM orgs WHERE id = 7;" + on("'2026-02-28'"))  # fmt: skip
    assert url
    assert counted("issued_on") == date(2026, 2, 28)


def test_only_duties_of_this_customer_are_read_and_nothing_is_written(platform, counted, hers, bob):
    url = platform(on("'2026-02-28'"))
    before = everything(url) if platform.engine == "postgresql" else None
    assert counted("issued_on", customer=hers.customer) == date(2026, 2, 28)
    assert keeping_duties.events_of(bob, "8") == {}
    RetentionDuty.objects.update(customer=None)
    assert list(keeping_duties.events_of(bob, "8").values()) == [date(2039, 6, 30)]
    if before is not None:
        assert everything(url) == before
        assert run(url, "SELECT count(*) FROM invoices") == [(2,)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-31", date(2026, 12, 31)),
        ("2026-06-30 23:30:00+00", date(2026, 7, 1)),
        ("2026-06-30T21:59:59.9+02", date(2026, 6, 30)),
        ("2026-06-30 12:00:00.123456", date(2026, 6, 30)),
        ("20261231", None),
        ("1767222000", None),
        ("2026-13-01", None),
        ("2026-12-31 soon", None),
        ("9999-12-31 23:59:59+00", None),
        ("-infinity", None),
        (None, None),
    ],
)
def test_a_day_is_read_as_databases_spell_it(text, day):
    assert duty_columns.day_of(text) == day
