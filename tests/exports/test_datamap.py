"""A data map is read into typed values; every mistake in it is told at once."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from exports.contents import Category
from exports.datamap import DataMapError, FileLink, Ownership, Prefix, Through, load

WHOLE = """
version = 1
description = "All of it"

[stores.platform]
kind = "database"
schemas = ["public", "crm"]
tenant = { collection = "organisations", field = "id", name_field = "name" }
large_objects = "thumbnails of the vendor's own pages"

[stores.platform.excluded]
django_session = "holds no customer data after sign-out"

[stores.platform.triggers]
"courses.touch" = "sets a date in the same row"

[stores.platform.collections.organisations]
category = "users"
tenant_field = "id"
[stores.platform.collections.organisations.fields]
id = "integer"
name = { type = "text", description = "as on the invoice", data_categories = ["user.name"] }
api_token = { type = "text", secret = "opens the API" }
logo = { type = "text", file = { store = "media", prefix = "logos/" } }

[stores.platform.collections."crm.courses"]
category = "courses"
through = [ { collection = "organisations", fields = ["org_id"], references = ["id"] } ]
fields = { id = "integer", org_id = "integer" }

[stores.platform.collections.odd]
name = "a.b{}"
schema = "crm"
category = "reports"
where = "id IN (SELECT id FROM {crm.courses}) OR settings @> '{{\\"x\\": 1}}' AND o = {tenant}"
fields = { id = "integer" }

[stores.platform.collections.users]
category = "users"
ownership = "shared"
through = [
    { collection = "memberships", fields = ["id"], references = ["user_id"] },
    { collection = "organisations", fields = ["id"], references = ["id"] },
]
fields = { id = "integer" }

[stores.platform.collections.memberships]
category = "users"
tenant_field = "org_id"
fields = { org_id = "integer", user_id = "integer" }

[stores.platform.collections.countries]
category = "reports"
ownership = "reference"
everything = true
fields = { code = "character(2)" }

[stores.platform.collections.audit]
category = "reports"
export = false
reason = "the vendor's own log"
fields = { id = "bigint" }

[stores.media]
kind = "files"
storage = "platform_media"
prefixes = [ { prefix = "org/{tenant}/", category = "courses" } ]

[stores.backups]
kind = "attested"
description = "nightly backups"
attested_by = "Operations"
keep_days = 35
"""
HEAD = """
version = 1
[stores.platform]
kind = "database"
tenant = { collection = "orgs", field = "id" }
[stores.platform.collections.orgs]
category = "users"
tenant_field = "id"
fields = { id = "integer", parent_id = "integer" }
"""


@pytest.fixture
def mistakes(tmp_path: Path):
    def find(text: str) -> dict[str, str]:
        path = tmp_path / "map.toml"
        path.write_text(text)
        with pytest.raises(DataMapError) as caught:
            load(path)
        assert all(mistake.where.startswith("map.toml") for mistake in caught.value.mistakes)
        return {mistake.where.partition(": ")[2]: mistake.reason for mistake in caught.value.mistakes}

    return find


def test_a_whole_map_becomes_typed_values(tmp_path: Path):
    path = tmp_path / "map.toml"
    path.write_text(WHOLE)
    datamap = load(path)
    assert datamap.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    store = datamap.databases["platform"]
    organisations = store.collections["organisations"]
    assert organisations.fields["api_token"].secret == "opens the API"
    assert organisations.fields["logo"].file == FileLink("media", "logos/")
    assert organisations.fields["name"].data_categories == ("user.name",)
    courses = store.collections["crm.courses"]
    assert (courses.schema, courses.name) == ("crm", "courses")
    assert courses.scope.through == (Through("organisations", ("org_id",), ("id",)),)
    assert (store.collections["odd"].schema, store.collections["odd"].name) == ("crm", "a.b{}")
    assert store.collections["users"].ownership is Ownership.SHARED
    assert store.collections["countries"].scope.everything
    assert not store.collections["audit"].export
    assert store.triggers == {"courses.touch": "sets a date in the same row"}
    assert datamap.files["media"].prefixes == (Prefix("org/{tenant}/", Category.COURSES),)
    assert datamap.attested["backups"].keep_days == 35


def test_every_mistake_is_told_at_once_with_its_place(mistakes):
    found = mistakes(
        """
        version = 2
        colour = "red"
        [stores.platform]
        kind = "database"
        tenant = { collection = "nowhere", field = "id" }
        [stores.platform.excluded]
        sessions = ""
        [stores.platform.collections.a]
        category = "users"
        tenant_field = "org"
        fields = { id = "integer", token = { type = "text", secret = " " }, n = 3 }
        [stores.platform.collections.b]
        category = "people"
        everything = true
        fields = { id = "integer", path = { type = "text", file = { store = "attic" } } }
        [stores.platform.collections.c]
        category = "users"
        export = false
        fields = { id = { type = "integer", kind = "key" } }
        [stores.attic]
        kind = "cellar"
        [stores.backups]
        kind = "attested"
        description = "tapes"
        attested_by = "Operations"
        """
    )
    for place, word in {
        "version": "version 1",
        "colour": "no key that belongs here",
        "stores.platform.tenant.collection": "'nowhere'",
        "stores.platform.excluded.sessions": "empty",
        "stores.platform.collections.a.tenant_field": "'org'",
        "stores.platform.collections.a.fields.token.secret": "empty",
        "stores.platform.collections.a.fields.n": "a text",
        "stores.platform.collections.b.category": "'people' is unknown; it is one of users, courses, reports",
        "stores.platform.collections.b.everything": "every tenant",
        "stores.platform.collections.b.fields.path.file.store": "'attic'",
        "stores.platform.collections.c.reason": "why",
        "stores.platform.collections.c.fields.id.kind": "no key that belongs here",
        "stores.attic.kind": "'cellar' is unknown",
        "stores.backups.keep_days": "missing",
    }.items():
        assert word in found[place], place


@pytest.mark.parametrize(
    ("collection", "place", "word"),
    [
        ('fields = { id = "integer" }', "", "a person has to decide which rows"),
        ('through = [ { collection = "x", fields = ["id"], references = ["id"] } ]\nfields = { id = "integer" }',
         ".through[1].collection", "'x' is no collection"),
        ('through = [ { collection = "orgs", fields = ["no"], references = ["id"] } ]\nfields = { id = "integer" }',
         ".through[1].fields", "'no' is no field of t"),
        ('through = [ { collection = "orgs", fields = ["id"], references = ["no"] } ]\nfields = { id = "integer" }',
         ".through[1].references", "'no' is no field of orgs"),
        ('through = [ { collection = "orgs", fields = ["id", "id"], references = ["id"] } ]\nfields = {id = "integer"}',
         ".through[1]", "2 fields cannot equal 1 references"),
        ('through = [ { collection = "t", fields = ["id"], references = ["id"] } ]\nfields = { id = "integer" }',
         "", "leads only to itself"),
        ('where = "id IN (SELECT id FROM {nobody})"\nfields = { id = "integer" }', ".where", "{nobody}"),
        ("where = \"id = '{tenant}'\"\nfields = { id = \"integer\" }", ".where", "quotes"),
        ('where = "active"\nfields = { id = "integer" }', ".where", "same rows for every tenant"),
        ('where = "a = \'{\' AND {tenant} = o"\nfields = { id = "integer" }', ".where", "brace"),
        ('tenant_field = "id"\nfields = {}', ".fields", "at least one field"),
        ('tenant_field = "id"\nfields = { id = { type = "integer", secret = "x" } }', ".fields", "all are secret"),
        ('tenant_field = "id"\nname = "orgs"\nfields = { id = "integer" }', "", "same table as collection 'orgs'"),
        ('tenant_field = "id"\nname = "orgs"\nschema = "public"\nfields = { id = "integer" }', "", "same table"),
    ],
)  # fmt: skip
def test_a_scope_that_gives_too_much_or_nothing_is_a_mistake(mistakes, collection, place, word):
    found = mistakes(f'{HEAD}[stores.platform.collections.t]\ncategory = "users"\n{collection}\n')
    assert word in found[f"stores.platform.collections.t{place}"]


def test_scopes_that_lead_in_a_circle_are_a_mistake_that_names_the_circle(mistakes):
    found = mistakes(
        HEAD
        + """
        [stores.platform.collections.a]
        category = "users"
        through = [ { collection = "b", fields = ["id"], references = ["id"] } ]
        fields = { id = "integer" }
        [stores.platform.collections.b]
        category = "users"
        where = "id IN (SELECT id FROM {a})"
        fields = { id = "integer" }
        """
    )
    assert found == {"stores.platform.collections.a": found["stores.platform.collections.a"]}
    assert "a → b → a" in found["stores.platform.collections.a"]


def test_a_way_must_not_widen_over_rows_of_everybody_or_shared_rows(mistakes):
    found = mistakes(
        HEAD
        + """
        [stores.platform.collections.countries]
        category = "users"
        ownership = "reference"
        everything = true
        fields = { id = "integer" }
        [stores.platform.collections.visits]
        category = "users"
        through = [ { collection = "countries", fields = ["id"], references = ["id"] } ]
        fields = { id = "integer" }
        [stores.platform.collections.users]
        category = "users"
        ownership = "shared"
        through = [ { collection = "orgs", fields = ["id"], references = ["parent_id"] } ]
        fields = { id = "integer" }
        [stores.platform.collections.logins]
        category = "users"
        through = [ { collection = "users", fields = ["id"], references = ["id"] } ]
        fields = { id = "integer" }
        """
    )
    assert "countries is exported as a whole" in found["stores.platform.collections.visits"]
    assert 'ownership = "shared"' in found["stores.platform.collections.logins.ownership"]
    assert len(found) == 2


@pytest.mark.parametrize(
    ("prefix", "word"),
    [
        ("files/", "{tenant} once"),
        ("org/{tenant}", "tenant 12"),
        ("x{tenant}/", "tenant 12"),
        ("org/{customer}/", "{customer} is unknown"),
    ],
)
def test_a_prefix_that_another_tenants_files_could_start_with_is_a_mistake(mistakes, prefix, word):
    found = mistakes(
        f'{HEAD}[stores.media]\nkind = "files"\nstorage = "m"\n'
        f'prefixes = [ {{ prefix = "{prefix}", category = "users" }} ]\n'
    )
    assert word in found["stores.media.prefixes[1].prefix"]


def test_a_decision_still_to_be_made_does_not_load(mistakes):
    found = mistakes(HEAD.replace('"users"', '"DECIDE: users?"'))
    assert found == {
        "stores.platform.collections.orgs.category": "a person has to decide this: 'DECIDE: users?'",
    }


def test_a_name_with_a_dot_that_was_not_quoted_gets_a_hint(mistakes):
    found = mistakes(HEAD + '[stores.platform.collections.crm.people]\ncategory = "users"\nfields = { id = "integer" }')
    assert "needs quotes" in found["stores.platform.collections.crm.people"]


def test_a_file_that_is_missing_or_no_toml_is_one_mistake(tmp_path: Path):
    with pytest.raises(DataMapError, match=r"none\.toml: cannot be read: No such file"):
        load(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("version = = 1")
    with pytest.raises(DataMapError, match=r"bad\.toml: is not TOML: .*line 1"):
        load(tmp_path / "bad.toml")
    (tmp_path / "bytes.toml").write_bytes(b'version = "\xff"')
    with pytest.raises(DataMapError, match=r"bytes\.toml: is not UTF-8"):
        load(tmp_path / "bytes.toml")
