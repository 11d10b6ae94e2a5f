"""The papers of the first volume tell the customer in their own language what they hold and how to check it."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest
from lxml import html

from exports import cover
from exports.bundle import BagInfo, VolumeWriter
from exports.cover_words import CHANGES_SV, LEFT_OUT, WORDS
from exports.formats.changes import Reason
from exports.manifest import (
    FileOutcome,
    LeftOut,
    MissingFile,
    SnapshotFact,
    Statement,
    TableOutcome,
    Unknown,
)
from exports.readback import read_back
from offboarding import signing

FORMATS = ("csv", "xlsx", "json", "xml", "sql", "media")


def table(key: str, category: str, rows: int, **read_back: int) -> TableOutcome:
    counted = dict.fromkeys(FORMATS[:-1], rows)
    return TableOutcome("platform", key, key, category, rows, counted, counted | read_back)


ACCEPTED = MissingFile(
    "media", "a<b>.pdf", "Not in the storage.", "certs.file", "anna", "2026-07-02", "Withdrawn & gone."
)
GOOD = Statement(
    package_id="alice-export-7", vendor="The <Vendor>", customer="Alices & Co", tenant_key="7", job=7, language="sv",
    created_at="2026-07-01T14:00:12+02:00", categories=("users", "courses"), formats=FORMATS,
    data_map_sha256="0f" * 32, snapshots=(SnapshotFact("platform", "postgresql", "15.14", "2026-07-01T12:00:13Z"),),
    tables=(table("people", "users", 18234), table("courses", "courses", 0)),
    files=(FileOutcome("media", "users", 3, 2, 2, 5000, (ACCEPTED,)),),
    left_out=(
        LeftOut("column", "platform: people.password", "Secret."), LeftOut("attested store", "backups", "Ops.", 35),
    ),
    changes={"shown-in-utc": 8, "too-many-digits": 40211, "json-null": 0},
)  # fmt: skip
BAD = replace(
    GOOD,
    tables=(*GOOD.tables, table("log", "courses", 1055, json=1054)),
    unknown=(Unknown("platform", "people.nick", "New column."),),
)


def text_of(page: bytes) -> str:
    return " ".join(html.fromstring(page).text_content().split())


def test_the_first_volume_is_a_bag_with_papers_a_statement_and_the_verifier(tmp_path: Path) -> None:
    info = BagInfo("The vendor", "alice", "alice-export-7", 1, datetime(2026, 7, 1, tzinfo=UTC), 1)
    with VolumeWriter(tmp_path / "v.zip", "alice-export-7-001", info, 10**6) as volume:
        cover.fill(volume, GOOD)
        volume.close()
    with (tmp_path / "v.zip").open("rb") as file:
        assert read_back(file).problems == []
    zipfile.ZipFile(tmp_path / "v.zip").extractall(tmp_path)
    top = tmp_path / "alice-export-7-001"
    bagit.Bag(str(top)).validate()
    assert (top / "data" / "completeness.json").read_bytes() == GOOD.to_json()
    assert (top / "verify.py").read_bytes() == cover.verifier()
    assert (top / "README.txt").is_file()
    assert (top / "datapackage.json").is_file()


def test_the_page_speaks_swedish_shows_every_count_and_says_complete() -> None:
    shown = text_of(cover.page(GOOD))
    for part in (
        "Fullständighetsintyg", "Komplett", "Alices & Co", "1 juli 2026, 14:00 (UTC+02:00)", "1 juli 2026, 12:00 (UTC)",
        "18\u202f234", "platform: people.password", "backups · 35 dagar", "Godtagen av anna: Withdrawn & gone.",
        "media: a<b>.pdf", "40\u202f211", "Talet har fler än 15 värdesiffror",
    ):  # fmt: skip
        assert " ".join(part.split()) in shown
    assert "Inte komplett" not in shown


def test_a_difference_stands_in_red_at_the_top_and_in_its_cell() -> None:
    page = html.fromstring(cover.page(replace(BAD, language="en")))
    (verdict,) = page.find_class("verdict")
    assert "bad" in verdict.classes
    assert "people.nick is not decided about" in verdict.text_content()
    assert "log (json): 1055 rows in the snapshot, but 1054 read back." in verdict.text_content()
    assert [cell.text_content() for cell in page.find_class("wrong")] == ["1\u202f054"]


def test_a_missing_file_that_nobody_accepted_is_red() -> None:
    lost = replace(GOOD.files[0], missing=(replace(ACCEPTED, accepted_by="", accepted_because=""),))
    shown = text_of(cover.page(replace(GOOD, files=(lost,))))
    assert "Ingen har godtagit detta ännu." in shown
    assert "Inte komplett" in shown


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(language: str) -> None:
    page = cover.page(replace(BAD, language=language))
    assert b"The &lt;Vendor&gt;" in page
    tree = html.fromstring(page)
    assert tree.get("lang") == language
    assert not tree.xpath("//script | //link | //img | //iframe | //@src | //@href | //@onclick")
    assert b"url(" not in page
    assert b"@import" not in page


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "en",
            ["Alices & Co: your data", "It is complete.", "18\u202f234 rows in 2 tables and 2 files", "missing value"],
        ),
        (
            "sv",
            ["Alices & Co: era uppgifter", "Det är komplett.", "18\u202f234 rader i 2 tabeller och 2 filer", "saknat"],
        ),
    ],
)
def test_the_readme_tells_how_to_open_and_check_it(language: str, parts: list[str]) -> None:
    text = cover.readme(replace(GOOD, language=language)).decode()
    for part in [*parts, "The <Vendor>", "psql -X -v ON_ERROR_STOP=1 -f dump.sql", "media/files-"]:
        assert part in text
    assert f"python3 verify.py --key {signing.key_id(signing.public_key())}" in text
    assert "sqlite3" not in text
    assert max(len(line) for line in text.splitlines()[4:]) <= 120
    assert "\r\n" in text


def test_the_readme_of_an_incomplete_package_says_so_first() -> None:
    text = cover.readme(replace(BAD, language="en")).decode()
    assert text.index("IT IS NOT COMPLETE") < text.index("THE VOLUMES")
    assert "people.nick" in text


def test_only_what_was_asked_for_is_explained() -> None:
    text = cover.readme(replace(GOOD, language="en", formats=("csv",), files=())).decode()
    assert "data/csv/" in text
    for other in ("data/sql/", "data/media/", "data/excel/", "data/json/", "data/xml/", "psql"):
        assert other not in text


def test_every_word_and_reason_exists_in_both_languages() -> None:
    assert {str(reason) for reason in Reason} == set(CHANGES_SV)
    for english, swedish in [*WORDS.values(), *LEFT_OUT.values()]:
        assert english
        assert swedish


def test_a_moment_that_is_no_rfc_3339_is_shown_as_it_is() -> None:
    assert cover.day("yesterday", "en") == "yesterday"
    assert cover.day("2026-07-01T14:00:12", "en") == "1 July 2026, 14:00"
