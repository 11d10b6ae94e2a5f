"""A package is complete only if every count agrees; the statement says so in canonical JSON that can be signed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from exports.manifest import (
    Damage,
    FileOutcome,
    LeftOut,
    MissingFile,
    PartOutcome,
    SnapshotFact,
    Statement,
    TableOutcome,
    Unknown,
    VolumeEntry,
    manifest,
    problems,
)
from offboarding.canonical import digest

COUNTED = {"csv": 3, "json": 3}
PEOPLE = TableOutcome("platform", "people", "people", "users", 3, COUNTED, COUNTED, ("csv/users/people.csv",))
EMPTY = TableOutcome("platform", "log", "log", "users", 0, {"csv": 0, "json": 0}, {"csv": 0, "json": 0})
PARTS = (
    PartOutcome(2, "csv/users/people.csv", "csv", "0" * 64, {"people": 2}),
    PartOutcome(2, "csv/users/people-002.csv", "csv", "1" * 64, {"people": 1}),
    PartOutcome(2, "json/users/people.json", "json", "2" * 64, {"people": 3}),
    PartOutcome(2, "csv/users/log.csv", "csv", "3" * 64, {"log": 0}),
)
LOST = MissingFile("media", "a.pdf", "Not in the storage.", "certs.file", "anna", "2026-07-02", "Withdrawn.")
GOOD = Statement(
    package_id="alice-export-7", vendor="The vendor", customer="Alice", tenant_key="7", job=7, language="en",
    created_at="2026-07-01T14:00:12+02:00", categories=("users",), formats=("csv", "json", "media"),
    data_map_sha256="0f" * 32, snapshots=(SnapshotFact("platform", "postgresql", "15.14", "2026-07-01T12:00:13Z"),),
    tables=(PEOPLE, EMPTY), parts=PARTS, files=(FileOutcome("media", "users", 3, 2, 2, 500, (LOST,)),),
    left_out=(LeftOut("attested store", "backups", "Ops.", 35),), changes={"shown-in-utc": 8},
)  # fmt: skip


def codes(statement: Statement) -> list[str]:
    return [problem.code for problem in problems(statement)]


def test_when_everything_agrees_it_is_complete_also_with_an_empty_table_and_an_accepted_loss() -> None:
    assert problems(GOOD) == []
    assert GOOD.complete


FILE = GOOD.files[0]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tables": (replace(PEOPLE, written=COUNTED | {"json": 2}), EMPTY)}, "rows-written"),
        ({"tables": (replace(PEOPLE, written={"csv": 3}), EMPTY)}, "rows-written"),
        ({"tables": (replace(PEOPLE, read_back=COUNTED | {"json": 4}), EMPTY)}, "rows-read-back"),
        ({"tables": (replace(PEOPLE, read_back={}), EMPTY)}, "rows-read-back"),
        ({"tables": (replace(PEOPLE, snapshot_rows=4), EMPTY)}, "rows-written"),
        ({"tables": (PEOPLE, replace(EMPTY, snapshot_rows=1))}, "rows-written"),
        ({"parts": PARTS[1:]}, "rows-in-files"),
        ({"parts": (*PARTS, PARTS[0])}, "rows-in-files"),
        ({"unknown": (Unknown("platform", "people.nick", "New."),)}, "unknown"),
        ({"damaged": (Damage("v-002.zip", "its SHA-256 differs"),)}, "damaged"),
        ({"files": (replace(FILE, missing=(replace(LOST, accepted_by=""),)),)}, "file-missing"),
        ({"files": (replace(FILE, written=1, read_back=1),)}, "file-count"),
        ({"files": (replace(FILE, read_back=1),)}, "file-count"),
        ({"files": (replace(FILE, expected=4),)}, "file-count"),
        ({"tables": (), "files": (), "parts": ()}, "empty-package"),
        ({"formats": ("media",)}, "no-format"),
    ],
)
def test_each_disagreement_is_found_named_and_told_in_both_languages(change: dict[str, object], code: str) -> None:
    statement = replace(GOOD, **change)
    assert code in codes(statement)
    assert not statement.complete
    for problem in problems(statement):
        assert problem.subject
        assert problem.text("en") != problem.text("sv")


def test_a_row_problem_says_which_table_format_and_numbers() -> None:
    statement = replace(GOOD, tables=(replace(PEOPLE, read_back=COUNTED | {"json": 2}), EMPTY), parts=())
    (problem,) = problems(statement)
    assert problem.text_en == "platform: people (json): 3 rows in the snapshot, but 2 read back."
    assert problem.text_sv == "platform: people (json): 3 rader i ögonblicksbilden, men 2 lästes tillbaka."


def test_the_statement_survives_json_and_finds_its_problems_anew() -> None:
    bad = replace(GOOD, damaged=(Damage("v-002.zip", "its SHA-256 differs"),))
    for statement in (GOOD, bad):
        data = json.loads(statement.to_json())
        assert data["complete"] is statement.complete
        data["complete"], data["problems"] = True, []
        assert Statement.from_dict(data) == statement


def test_the_manifest_binds_statement_and_volumes_in_order() -> None:
    volumes = [VolumeEntry(n, f"v-{n:03d}.zip", f"v-{n:03d}", 10 * n, f"{n}" * 64, "t" * 64) for n in (2, 1)]
    made = manifest(GOOD, volumes, "p" * 64)
    data = json.loads(made.to_json())
    assert data["statement_sha256"] == digest(GOOD.to_json())
    assert [volume["number"] for volume in data["volumes"]] == [1, 2]
    assert (data["complete"], data["previous_sha256"], data["tenant_key"]) == (True, "p" * 64, "7")
    assert made.to_json() == manifest(GOOD, volumes[::-1], "p" * 64).to_json()
