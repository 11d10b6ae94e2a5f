"""Search finds an agreement by each of its fields and nothing of the neighbour's."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest
from django.db import connection

from offboarding.models import Agreement, Contact
from offboarding.search import as_reference
from offboarding.search_indexes import COLUMNS, check_search, drop, make

ON_POSTGRESQL = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL has these indexes alone")
TERM = {"term_start": date(2026, 1, 1), "term_end": date(2026, 12, 31)}


@pytest.fixture
def hers(alice):
    Contact.objects.create(customer=alice, name="Ada", email="ada@alice.example")
    Contact.objects.create(customer=alice, name="Ann", email="ann@alice.example")
    alice.tenant_key = "tenant-alice-77"
    alice.save()
    return Agreement.objects.create(customer=alice, number="A-2026-001", reference="R-7K3M-9QXW", **TERM)


@pytest.fixture(autouse=True)
def his(bob):
    Contact.objects.create(customer=bob, name="Bo", email="bo@bob.example")
    return Agreement.objects.create(customer=bob, number="B-2026-002", reference="R-0000-0001", **TERM)


@pytest.mark.parametrize(
    "words",
    [
        "A-2026-001", "a-2026", "2026-001", "R-7K3M-9QXW", "[r-7k3m-9qxw]", "7k3m9qxw", "Alice Academy",
        "academy ALICE", "  alice   academy ", "lice", "tenant-alice-77", "alice-77", "ada@alice.example",
        "ADA@ALICE.example", "@alice.example", "al",
    ],
)  # fmt: skip
def test_an_agreement_is_found_by_each_field_and_the_neighbours_is_not(hers, words):
    assert list(Agreement.objects.found_by(words)) == [hers]


@pytest.mark.parametrize("words", ["nobody", "alice bob", "%", "_______", "a%1", "\\", "'", '"', "lx", "--", "\u202e"])
def test_what_nobody_has_is_not_found_and_no_sign_is_a_pattern(hers, words):
    assert list(Agreement.objects.found_by(words)) == []


def test_what_both_have_finds_both_and_no_words_find_all(hers, his):
    assert set(Agreement.objects.found_by("2026")) == set(Agreement.objects.found_by(" ")) == {hers, his}


def test_what_is_exactly_the_words_comes_first(hers, his):
    later = {"term_start": date(2027, 1, 1), "term_end": date(2030, 12, 31)}
    for number in ("B-2026-0021", "B-2026-0022"):
        Agreement.objects.create(customer=his.customer, number=number, **later)
    assert Agreement.objects.found_by("B-2026-002").first() == his


def test_a_search_keeps_to_the_rows_it_is_given(hers, his):
    assert list(Agreement.objects.filter(pk=his.pk).found_by("2026")) == [his]


def test_words_that_too_many_have_give_some_and_a_filter_looks_at_all(hers, his, monkeypatch):
    monkeypatch.setattr("offboarding.search.MOST_FOUND", 2)
    Agreement.objects.bulk_create(Agreement(customer=his.customer, number=f"2026-{n}", **TERM) for n in range(9))
    assert len(Agreement.objects.found_by("2026")) == 3
    for agreement in Agreement.objects.all():
        assert list(Agreement.objects.filter(pk=agreement.pk).found_by("2026")) == [agreement]


def test_a_reference_is_read_as_people_type_it():
    assert as_reference("R-7k3m-9qxw") == as_reference("[7K3M9QXW]") == "R-7K3M-9QXW"
    assert as_reference("r-oooo-000i") == "R-0000-0001"
    assert as_reference("A-2026-001") == as_reference("") == as_reference("R-7K3M-9QXWX") == ""


@ON_POSTGRESQL
def test_a_database_that_lacks_the_indexes_is_warned_about_and_still_searched(hers):
    assert check_search(databases=["default"]) == []
    assert check_search() == []
    drop(connection)
    (warning,) = check_search(databases=["default"])
    assert warning.id == "offboarding.W001"
    assert all(name in warning.msg and name in warning.hint for name in COLUMNS)
    assert list(Agreement.objects.found_by("academy")) == [hers]
    connection.check_constraints()
    assert make(connection)
    assert check_search(databases=["default"]) == []


@ON_POSTGRESQL
def test_who_may_not_make_the_extension_goes_on_without_it(postgres, make_database):
    """The migration is run by a role that owns nothing but may connect."""
    url = make_database("CREATE SCHEMA other; CREATE ROLE plain_owner LOGIN; GRANT ALL ON SCHEMA public TO plain_owner")
    from django.db import connections
    from django.db.backends.postgresql.base import DatabaseWrapper

    name = url.rpartition("/")[2]
    given = connections["default"].settings_dict | {"NAME": name, "USER": "plain_owner", "PASSWORD": ""}
    refused = DatabaseWrapper(given, "refused")
    connections["refused"] = refused
    try:
        assert make(refused) is False
        with refused.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
    finally:
        refused.close()
        del connections["refused"]
        with psycopg.connect(url, autocommit=True) as owner:
            owner.execute("DROP OWNED BY plain_owner; DROP ROLE plain_owner")
