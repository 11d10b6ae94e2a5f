"""A first map is drafted from a live database: paths by foreign keys, everything else marked for a person."""

from __future__ import annotations

import re
import sqlite3
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from exports.catalogue import Catalogue, LiveColumn, LiveTable, Relation
from exports.contents import ForeignKey, Kind
from exports.datamap import DataMapError, Ownership, Scope, Through, load
from exports.draft import draft
from exports.drift import compare
from tests.exports.mapping import catalogue_of, read

SCHOOL = """
CREATE TABLE orgs (id INTEGER PRIMARY KEY, slug VARCHAR(20), name VARCHAR(20), api_token VARCHAR(20),
    founded_on DATE);
CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(20), password_hash VARCHAR(20));
CREATE TABLE memberships (org_id INTEGER NOT NULL, user_id INTEGER NOT NULL, PRIMARY KEY (org_id, user_id),
    FOREIGN KEY (org_id) REFERENCES orgs (id), FOREIGN KEY (user_id) REFERENCES users (id));
CREATE TABLE courses (org_id INTEGER NOT NULL, code VARCHAR(20) NOT NULL, author INTEGER, PRIMARY KEY (org_id, code),
    FOREIGN KEY (org_id) REFERENCES orgs (id), FOREIGN KEY (author) REFERENCES users (id));
CREATE TABLE lessons (id INTEGER PRIMARY KEY, org INTEGER NOT NULL, course VARCHAR(20) NOT NULL, next_id INTEGER,
    FOREIGN KEY (org, course) REFERENCES courses (org_id, code), FOREIGN KEY (next_id) REFERENCES lessons (id));
CREATE TABLE attempts (id INTEGER PRIMARY KEY, lesson_id INTEGER, user_id INTEGER NOT NULL, key_value VARCHAR(20),
    FOREIGN KEY (lesson_id) REFERENCES lessons (id), FOREIGN KEY (user_id) REFERENCES users (id));
CREATE TABLE user_settings (user_id INTEGER PRIMARY KEY, FOREIGN KEY (user_id) REFERENCES users (id));
CREATE TABLE activity_log (line VARCHAR(20), org_id INTEGER);
CREATE TABLE django_migrations (id INTEGER PRIMARY KEY);
CREATE VIEW active_users AS SELECT id FROM users;
"""


@pytest.fixture(params=["postgresql", "sqlite", "mysql"])
def school(request, tmp_path: Path) -> Catalogue:
    if request.param == "sqlite":
        with sqlite3.connect(tmp_path / "school.sqlite3") as connection:
            connection.executescript(SCHOOL)
        return catalogue_of(f"sqlite:///{tmp_path / 'school.sqlite3'}")
    make = request.getfixturevalue("make_database" if request.param == "postgresql" else "make_mariadb")
    return catalogue_of(make(SCHOOL))


def decided(text: str) -> str:
    """The decisions a person makes about the drafted school."""
    text = re.sub(r'secret = "DECIDE:[^"]*"', 'secret = "a password"', text)
    for table, scope in {
        "user_settings": 'ownership = "shared"\\nthrough = [ { collection = "users", fields = ["user_id"], '
        'references = ["id"] } ]',
        "activity_log": 'tenant_field = "org_id"',
    }.items():
        text = re.sub(rf'(collections\.{table}\]\n)category = "DECIDE[^"]*"', rf'\1category = "reports"\n{scope}', text)
    return text


def test_a_draft_loads_once_a_person_decided_and_agrees_with_the_live_schema(school, tmp_path):
    path = tmp_path / "map.toml"
    path.write_text(draft("platform", school, "orgs.id"))
    with pytest.raises(DataMapError) as caught:
        load(path)
    places = {mistake.where.partition("collections.")[2] for mistake in caught.value.mistakes}
    assert places == {
        "orgs.fields.api_token.secret", "users.fields.password_hash.secret",
        "user_settings.category", "user_settings", "activity_log.category", "activity_log",
    }  # fmt: skip
    path.write_text(decided(path.read_text()))
    store = load(path).databases["platform"]
    assert compare(store, school) == []
    scopes = {key: collection.scope for key, collection in store.collections.items()}
    assert scopes["orgs"] == Scope(tenant_field="id")
    assert scopes["courses"] == Scope(tenant_field="org_id")
    assert scopes["lessons"] == Scope(tenant_field="org")
    assert scopes["attempts"] == Scope(through=(Through("lessons", ("lesson_id",), ("id",)),))
    assert store.collections["users"].ownership is Ownership.SHARED
    assert {way.collection for way in scopes["users"].through} == {"memberships", "courses", "attempts"}
    assert (store.tenant.name_field, store.tenant.created_field) == ("name", "founded_on")
    assert store.excluded.keys() == {"active_users", "django_migrations"}


def test_a_draft_says_what_else_is_possible_and_what_a_person_must_decide(school):
    text = draft("platform", school, "orgs.id")
    log = text[text.index("collections.activity_log]") :]
    assert log.splitlines()[1] == 'category = "DECIDE: reports?"'
    assert '# perhaps: tenant_field = "org_id"' in log
    settings = text[text.index("collections.user_settings]") :]
    assert "only over tables that several tenants share" in settings.splitlines()[2]
    attempts = text[text.index("collections.attempts]") :]
    assert "lesson_id may be NULL" in attempts.splitlines()[2]


def test_when_keys_lead_to_another_column_than_the_tenants_key_the_way_goes_over_its_row(school):
    text = draft("platform", school, "orgs.slug")
    assert 'tenant_field = "slug"' in text
    assert 'through = [ { collection = "orgs", fields = ["org_id"], references = ["id"] } ]' in text
    assert (
        'through = [ { collection = "courses", fields = ["org", "course"], references = ["org_id", "code"] } ]' in text
    )


def test_a_longer_way_and_a_second_key_are_named_as_alternatives(make_database):
    catalogue = catalogue_of(
        make_database(
            """
            CREATE TABLE orgs (id int PRIMARY KEY);
            CREATE TABLE users (id int PRIMARY KEY, org int NOT NULL REFERENCES orgs);
            CREATE TABLE mails (id int PRIMARY KEY, sender int REFERENCES users, receiver int NOT NULL REFERENCES users,
                paid_by int REFERENCES orgs);
            """
        )
    )
    text = draft("platform", catalogue, "orgs.id")
    mails = text[text.index("collections.mails]") : text.index("collections.mails.fields]")]
    assert (
        '\ntenant_field = "paid_by"\n# also possible: through = [ { collection = "users", fields = ["receiver"]'
        in mails
    )
    assert '# also possible: through = [ { collection = "users", fields = ["sender"]' in mails


def test_odd_names_survive_the_round_through_toml(make_database, tmp_path):
    names = ["a.b", 'quo"te', "back\\slash", "new\nline", "ö" * 31, " blank ", "{tenant}"]
    columns = "".join(f', "{name.replace(chr(34), chr(34) * 2)}" text' for name in names)
    tables = "".join(
        f'CREATE TABLE "{name.replace(chr(34), chr(34) * 2)}" (org int REFERENCES orgs);' for name in names
    )
    url = make_database(
        f"CREATE TABLE orgs (id int PRIMARY KEY{columns}); {tables} CREATE SCHEMA a; CREATE TABLE a.b (org int "
        'REFERENCES orgs); CREATE SCHEMA "x.y"; CREATE TABLE "x.y"."z" (org int REFERENCES orgs)'
    )
    catalogue = catalogue_of(url)
    path = tmp_path / "map.toml"
    path.write_text(draft("platform", catalogue, "orgs.id"))
    store = load(path).databases["platform"]
    assert compare(store, catalogue) == []
    assert len(store.collections) == len(names) + 3
    assert read(url, store, "1").keys() == store.collections.keys()


def test_keys_that_only_the_partitions_have_are_found(make_database):
    url = make_database(
        """
        CREATE TABLE orgs (id int PRIMARY KEY);
        CREATE TABLE logs (org int, at date) PARTITION BY RANGE (at);
        CREATE TABLE logs_1 PARTITION OF logs DEFAULT;
        ALTER TABLE logs_1 ADD FOREIGN KEY (org) REFERENCES orgs;
        """
    )
    text = draft("platform", catalogue_of(url), "orgs.id")
    assert 'tenant_field = "org"' in text[text.index("collections.logs]") :]
    assert "logs_1" not in text


def test_large_objects_triggers_and_what_is_no_table_wait_for_a_decision(make_database):
    url = make_database(
        """
        CREATE TABLE orgs (id int PRIMARY KEY);
        CREATE MATERIALIZED VIEW kept AS SELECT * FROM orgs;
        CREATE RULE mirror AS ON INSERT TO orgs DO ALSO SELECT 1;
        SELECT lo_create(0);
        """
    )
    text = draft("platform", catalogue_of(url), "orgs.id")
    assert 'large_objects = "DECIDE' in text and 'kept = "DECIDE' in text and '"orgs.mirror" = "DECIDE' in text


def _column(name: str) -> LiveColumn:
    return LiveColumn(name, "integer", Kind.INTEGER, nullable=False)


def test_five_hundred_tables_in_a_chain_and_a_fan_are_drafted(tmp_path):
    tables = {("public", "t0"): LiveTable("public", "t0", Relation.TABLE, (_column("id"),), ("id",))}
    for number in range(1, 500):
        keys = tuple(
            ForeignKey(f"f{target}", (f"c{target}",), "public", f"t{target}", ("id",))
            for target in {number - 1, number // 2, 0 if number == 1 else number - 1}
        )
        columns = (_column("id"), *(_column(key.columns[0]) for key in keys))
        table = LiveTable("public", f"t{number}", Relation.TABLE, columns, ("id",), keys)
        tables["public", table.name] = table
    path = tmp_path / "map.toml"
    path.write_text(draft("platform", Catalogue("postgresql", "15", tables), "t0.id"))
    assert len(load(path).databases["platform"].collections) == 500


# Chinook: a drafted map, small decisions, and the counts of its oracle

DECISION = 'category = "courses"\nexport = false\nreason = "playlists are the vendor\'s own"'


@pytest.fixture
def chinook(make_database, shared_data) -> str:
    script = (shared_data("chinook") / "Chinook_PostgreSql.sql").read_text()
    return make_database(re.sub(r"(?m)^(DROP DATABASE|CREATE DATABASE|\\c).*$", "", script))


def test_chinook_drafted_and_decided_is_the_map_we_keep_and_gives_the_counts_of_its_oracle(
    chinook, shared_data, tmp_path
):
    catalogue = catalogue_of(chinook)
    path = tmp_path / "map.toml"
    path.write_text(re.sub('category = "DECIDE.*', DECISION, draft("platform", catalogue, "employee.employee_id")))
    store = load(path).databases["platform"]
    assert store == load(Path(__file__).parent / "maps" / "chinook.toml").databases["platform"]
    oracle = (shared_data("chinook") / "oracle.csv").read_text().splitlines()[1:]
    expected = {tuple(line.replace('"', "").split(",")[:4]) for line in oracle}
    found = set()
    for tenant in ("3", "4", "5"):
        rows = read(chinook, store, tenant)
        assert [row[0] for row in rows["employee"]] == [tenant]
        for table in ("customer", "invoice", "invoice_line", "track"):
            ids = [int(row[0] or 0) for row in rows[table]]
            label = table if table != "track" else "track (reference"
            found.add(
                (tenant, label, *((str(len(ids)), str(sum(ids))) if table != "track" else (" keep)", str(len(ids)))))
            )
    assert found == expected


# The commands


@pytest.fixture
def school_url(settings, tmp_path) -> str:
    with sqlite3.connect(tmp_path / "school.sqlite3") as connection:
        connection.executescript(SCHOOL)
    settings.PLATFORM_URLS = {"platform": f"sqlite:///{tmp_path / 'school.sqlite3'}"}
    return str(tmp_path / "school.sqlite3")


def test_the_commands_draft_a_map_then_say_that_it_agrees_and_later_what_changed(school_url, settings, tmp_path):
    path = settings.DATA_MAP = tmp_path / "new.toml"
    out, wrong = StringIO(), StringIO()
    call_command("draft_datamap", tenant="orgs.id", output=path, stdout=out)
    assert out.getvalue() == f"{path}: 8 tables, 4 decisions for a person.\n"
    with pytest.raises(CommandError, match="6 mistakes; the map cannot be used"):
        call_command("check_datamap", stderr=wrong)
    assert "activity_log.category: a person has to decide this" in wrong.getvalue()
    path.write_text(decided(path.read_text()))
    out = StringIO()
    call_command("check_datamap", stdout=out)
    assert "platform: the map agrees with sqlite" in out.getvalue()
    with sqlite3.connect(school_url) as connection:
        connection.execute("ALTER TABLE users ADD phone TEXT")
    out = StringIO()
    with pytest.raises(SystemExit) as caught:
        call_command("check_datamap", stdout=out)
    assert caught.value.code == 1
    assert "platform: users\n  [new column] phone: " in out.getvalue()


def test_the_commands_name_what_they_were_given_wrong(school_url, settings, tmp_path):
    with pytest.raises(CommandError, match=r"--tenant: 'orgs\.no' is no column"):
        call_command("draft_datamap", tenant="orgs.no")
    with pytest.raises(CommandError, match="--store crm: PLATFORM_URLS knows only platform"):
        call_command("draft_datamap", tenant="orgs.id", store="crm")
    (tmp_path / "old.toml").write_text("")
    with pytest.raises(CommandError, match="does not replace a map"):
        call_command("draft_datamap", tenant="orgs.id", output=tmp_path / "old.toml")
    settings.PLATFORM_URLS = {"platform": f"sqlite:///{tmp_path / 'none' / 'x.sqlite3'}"}
    with pytest.raises(CommandError, match="platform: "):
        call_command("draft_datamap", tenant="orgs.id")
