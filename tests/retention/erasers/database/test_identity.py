"""When the tenant's row was made is read from the column that the map names, else from one that sounds like it."""

from __future__ import annotations

from dataclasses import replace

from tests.retention.erasers.database.conftest import HOME

SCHEMA = "ALTER TABLE tenants ADD COLUMN onboarded date;"
ALICE = "UPDATE tenants SET onboarded = '2021-05-04' WHERE id = 7;"


def test_the_map_names_the_column(platform):
    made = platform(SCHEMA, "", ALICE, HOME)
    guessed = made.eraser().inspect().identity
    assert (guessed.created_column, guessed.created[:10]) == ("created_at", "2020-01-01")
    made.store = replace(made.store, tenant=replace(made.store.tenant, created_field="onboarded"))
    named = made.eraser().inspect().identity
    assert (named.created_column, named.created) == ("onboarded", "2021-05-04")
    assert named.fingerprint != guessed.fingerprint
