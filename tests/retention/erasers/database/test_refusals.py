"""What is refused before the first row goes, with the right words."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from retention.erasers.findings import ChangedError, EraserError, RefusedError
from tests.retention.erasers.database.conftest import Platform, everything, nothing, run

MINE = {"tenant_field": "tenant_id"}
SCHEMA = "CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants, text text);"
BOB = "INSERT INTO notes SELECT n, 8, 'b' FROM generate_series(1, 30) n;"
ALICE = "INSERT INTO notes SELECT n, 7, 'a' FROM generate_series(31, 60) n;"
NOTHING = "CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';"


@pytest.fixture
def notes(platform):
    return platform(SCHEMA, BOB, ALICE, {"notes": MINE})


def refuse(made: Platform, code: str) -> str:
    """The one refusal's words; neither inspection nor a batch touches a row."""
    before = everything(made.url)
    assert made.refusals() == [code]
    with pytest.raises(RefusedError):
        made.eraser().delete_batch("notes", nothing)
    assert everything(made.url) == before
    return made.words()


def test_a_table_nobody_decided_about_stops_everything(notes):
    run(notes.url, "CREATE TABLE spy_copies (id int, tenant_id int)")
    assert "spy_copies: This table is not in the map." in refuse(notes, "drift")


def test_a_new_column_stops_everything(notes):
    run(notes.url, "ALTER TABLE notes ADD author text")
    assert "notes.author: The column (text) is not in the map." in refuse(notes, "drift")


def test_a_change_between_two_tables_stops_the_rest(notes):
    eraser = notes.eraser()
    assert eraser.delete_batch("notes", nothing) == 30
    run(notes.url, "CREATE INDEX ON notes (text)")
    assert eraser.delete_batch("notes", nothing) == 0
    run(notes.url, "ALTER TABLE tenants DROP CONSTRAINT tenants_pkey CASCADE")
    with pytest.raises(ChangedError, match="before the turn of tenants"):
        eraser.delete_batch("tenants", nothing)


def test_a_delete_trigger_is_refused_by_name_even_when_the_map_has_reviewed_it(platform):
    trigger = NOTHING + "CREATE TRIGGER archive AFTER DELETE ON notes FOR EACH ROW EXECUTE FUNCTION spy();"
    made = platform(SCHEMA + trigger, BOB, ALICE, {"notes": MINE}, triggers={"notes.archive": "keeps a copy"})
    assert "The trigger or rule archive on notes runs when rows are deleted" in refuse(made, "trigger")


def test_a_delete_rule_is_refused(platform):
    rule = "CREATE RULE keep AS ON DELETE TO notes DO INSTEAD NOTHING;"
    made = platform(SCHEMA + rule, BOB, ALICE, {"notes": MINE}, triggers={"notes.keep": "notes are for ever"})
    assert "rule keep on notes" in refuse(made, "trigger")


def test_triggers_on_other_events_are_in_nobodys_way(leaves_no_trace):
    trigger = NOTHING + "CREATE TRIGGER touch BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION spy();"
    leaves_no_trace(SCHEMA + trigger, BOB, ALICE, {"notes": MINE}, triggers={"notes.touch": "sets a date"})


def test_row_security_is_refused_unless_the_role_bypasses_it(platform, postgres):
    policy = """ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON notes USING (id < 40);
    DO $$ BEGIN IF to_regrole('clerk') IS NULL THEN CREATE ROLE clerk LOGIN; END IF; END $$;
    GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk;"""
    made = platform(SCHEMA + policy, BOB, ALICE, {"notes": MINE})
    place = urlsplit(made.url)
    clerk = place._replace(netloc=f"clerk@{place.hostname}:{place.port}").geturl()
    (refusal,) = made.eraser(url=clerk).inspect().refusals
    assert str(refusal).startswith("Row-level security hides rows of notes from clerk")
    assert made.refusals() == []  # a superuser sees all rows
    run(made.url, "ALTER TABLE notes DISABLE ROW LEVEL SECURITY; REVOKE DELETE ON notes FROM clerk")
    (refusal,) = made.eraser(url=clerk).inspect().refusals
    assert str(refusal) == "clerk may not DELETE in notes."
    run(made.url, "DROP OWNED BY clerk")


@pytest.mark.parametrize("key", ["9", "07", "7 ", "", "7' OR '1'='1", "seven"])
def test_a_key_that_is_no_tenants_is_refused(notes, key):
    codes = [refusal.code.value for refusal in notes.eraser(key).inspect().refusals]
    assert codes in (["no_tenant"], ["scope"], ["scope", "scope"])


def test_keys_that_might_be_taken_for_each_other_are_refused(make_database, platform, tmp_path):
    schema = "CREATE EXTENSION citext; ALTER TABLE tenants ADD code citext DEFAULT 'x';"
    made = platform(schema, "", "UPDATE tenants SET code = 'Acme' WHERE id = 7;", {})
    run(made.url, "INSERT INTO tenants VALUES (9, 'carol', now(), 'ACME')")
    store = made.store
    from dataclasses import replace

    from exports.datamap import Scope, TenantRow

    home = replace(store.collections["tenants"], scope=Scope("code"))
    made.store = replace(store, tenant=TenantRow("tenants", "code"), collections={"tenants": home})
    (refusal,) = made.eraser("Acme").inspect().refusals
    assert str(refusal) == "tenants has 2 rows that might be meant by Acme."


def test_the_fingerprint_tells_a_key_that_was_given_to_somebody_else(notes):
    first = notes.eraser().inspect().identity
    assert (first.key, first.created_column, first.created) == ("7", "created_at", "2020-01-01 00:00:00+00")
    run(notes.url, "UPDATE tenants SET created_at = '2026-01-01' WHERE id = 7")
    assert notes.eraser().inspect().identity.fingerprint != first.fingerprint


def test_a_table_of_the_tenants_without_a_way_to_it_is_refused(platform):
    schema = SCHEMA + "CREATE TABLE drafts (id int PRIMARY KEY, text text);"
    unknown = {"export": False, "reason": "rough"}
    made = platform(schema, BOB, ALICE, {"notes": MINE, "drafts": unknown})
    assert "drafts holds rows of the tenant, but the map does not say which" in refuse(made, "no_way")


@pytest.mark.parametrize("url", ["mysql://user@127.0.0.1/platform", "oracle://user@127.0.0.1/platform", "nonsense"])
def test_other_engines_are_refused_in_words(notes, url):
    eraser = notes.eraser(url=url)
    (refusal,) = eraser.inspect().refusals
    assert "cannot be erased by this application; PostgreSQL and SQLite are known" in str(refusal)
    with pytest.raises(RefusedError):
        eraser.delete_batch("notes", nothing)


def test_a_table_that_has_no_turn_is_an_error(notes):
    with pytest.raises(EraserError, match="no turn of its own"):
        notes.eraser().delete_batch("nonsense", nothing)


def test_all_reasons_are_told_at_once(platform):
    triggers = NOTHING + """CREATE TRIGGER one AFTER DELETE ON notes FOR EACH ROW EXECUTE FUNCTION spy();
    CREATE TRIGGER two AFTER DELETE ON tenants FOR EACH STATEMENT EXECUTE FUNCTION spy();
    CREATE TABLE bills (tenant_id int REFERENCES tenants);"""  # fmt: skip
    made = platform(
        SCHEMA + triggers, BOB, ALICE + "INSERT INTO bills VALUES (7);", {"notes": MINE},
        triggers={"notes.one": "read", "tenants.two": "read"}, excluded={"bills": "the vendor's"},
    )  # fmt: skip
    assert sorted(made.refusals()) == ["blocked", "trigger", "trigger"]
