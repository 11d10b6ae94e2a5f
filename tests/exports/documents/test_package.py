"""Documents in a package: all of them are there, listed, read back; what could not be made is said and never hidden."""

from __future__ import annotations

import csv
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import docx
import pypdf
import pytest

from exports.documents import wording
from exports.ledger import Ledger
from tests.exports.journey.site import problems_of


def change(ground: Path, sql: str) -> None:
    with closing(sqlite3.connect(ground / "platform.sqlite3")) as connection, connection:
        connection.execute(sql)


def index(package) -> list[dict[str, str]]:
    with package.files["documents/index.csv"].open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def pdf_text(path: Path) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def test_every_certificate_is_there_as_pdf_and_as_word_and_says_what_its_row_says(place, alice):
    one = place()
    package = one.package(one.export(alice.key, formats=["csv", "pdf", "docx"], language="sv"))
    rows = package.rows("certifications")
    people = {row["id"]: row["full_name"] for row in package.rows("users")}
    lines = [line for line in index(package) if line["document"] == "certificates"]
    assert rows
    assert len(lines) == 2 * len(rows)
    for line in lines:
        number = line["title"].removeprefix("Kursintyg ")
        (row,) = [row for row in rows if row["number"] == number]
        path = package.files[line["file"]]
        if line["file"].endswith(".docx"):
            document = docx.Document(str(path))
            text = "\n".join(paragraph.text for paragraph in document.paragraphs)
            text += "\n".join(cell.text for table in document.tables for row_ in table.rows for cell in row_.cells)
            assert document.core_properties.title == line["title"]
        else:
            text = pdf_text(path)
        assert people[row["user_id"]] in " ".join(text.split())
        assert number in text
        assert wording.day(row["issued_on"], "sv") in " ".join(text.split())
    outcomes = {(one["name"], one["format"]): one for one in package.statement["documents"]}
    assert {one["name"] for one in package.statement["documents"]} == {"certificates", "course-reports", "usage"}
    for name in ("pdf", "docx"):
        outcome = outcomes["certificates", name]
        assert outcome["expected"] == outcome["written"] == outcome["read_back"] == len(rows)
        assert outcome["failed"] == []


def test_documents_of_a_category_that_was_not_asked_for_are_not_made_and_bring_no_table_with_them(place, alice):
    one = place()
    package = one.package(one.export(alice.key, formats=["csv", "docx"], categories=["courses"]))
    assert {line["document"] for line in index(package)} == {"course-reports"}
    assert "users" not in {table["key"] for table in package.tables}
    assert not any(path.endswith(".pdf") for path in package.files)


def test_the_bar_counts_the_documents_of_all_kinds(place, alice, monkeypatch):
    told = []
    monkeypatch.setattr(Ledger, "progress", lambda _self, **fields: told.append(fields.get("step", "")))
    one = place()
    job = one.export(alice.key, formats=["csv", "docx"], categories=["users", "courses"])
    made = [int(step.split()[1].partition("/")[0]) for step in told if step.startswith("documents ")]
    outcomes = [outcome["expected"] for outcome in job.statement["documents"]]
    assert len(outcomes) == 2 and made == [*range(1, sum(outcomes) + 1)]
    assert {step.partition("/")[2] for step in told if step.startswith("documents ")} == {str(sum(outcomes))}


def test_without_pdf_and_word_there_are_no_documents(place, alice):
    one = place()
    package = one.package(one.export(alice.key, formats=["csv"]))
    assert package.statement["documents"] == []
    assert not any(path.startswith("documents/") for path in package.files)


def test_one_document_that_cannot_be_made_is_listed_with_its_reason_and_the_others_are_made(place, alice, tmp_path):
    one = place()
    # the sample's own keys would refuse a reference to nobody
    change(tmp_path, f"UPDATE certifications SET course_id = -1 WHERE id IN "
                     f"(SELECT min(id) FROM certifications WHERE organisation_id = {alice.key})")  # fmt: skip
    job = one.export(alice.key, formats=["csv", "pdf"], categories=["users"])
    assert job.state == "incomplete"
    (outcome,) = [one for one in job.statement["documents"] if one["name"] == "certificates"]
    (failed,) = outcome["failed"]
    assert outcome["written"] == outcome["read_back"] == outcome["expected"] - 1 > 0
    assert "courses has no row with id = '-1'" in failed["reason"]
    assert [problem for problem in problems_of(job) if failed["path"] in problem and "-1" in problem]
    package = one.fetch(job)
    assert package.verify().returncode == 2
    (line,) = [line for line in index(package) if line["problem"]]
    assert (line["file"], line["sha256"]) == (failed["path"], "")
    assert failed["path"] not in package.files


def test_a_failed_document_that_a_person_accepts_by_name_no_longer_keeps_the_package_back(place, alice, tmp_path):
    from exports import jobs
    from exports.models import MissingFile

    one = place()
    change(tmp_path, f"UPDATE certifications SET course_id = -1 WHERE organisation_id = {alice.key}")
    job = one.export(alice.key, formats=["csv", "pdf"], categories=["users"])
    assert job.state == "incomplete"
    missing = list(MissingFile.objects.filter(store="documents (pdf)"))
    assert len(missing) == len(job.statement["documents"][0]["failed"]) > 1
    jobs.accept_missing(missing, by=one.staff, because="the course was removed years ago")
    again = one.retry(job)
    assert again.state == "complete"
    assert {failed["accepted_by"] for failed in again.statement["documents"][0]["failed"]} == {"sam"}


def test_characters_that_no_font_of_ours_draws_stand_as_numbers_in_the_pdf_as_themselves_in_word_and_are_listed(
    place, alice, tmp_path
):
    one = place()
    change(tmp_path, f"UPDATE courses SET title = '安全 🔥 \U0001f600 Säkerhet' WHERE organisation_id = {alice.key}")
    package = one.package(one.export(alice.key, formats=["csv", "pdf", "docx"], categories=["courses"], language="sv"))
    (line, *_more) = [line for line in index(package) if line["file"].endswith(".pdf")]
    text = pdf_text(package.files[line["file"]])
    assert "[U+5B89][U+5168] [U+1F525] [U+1F600] Säkerhet" in text.replace("\n", " ")
    assert line["characters named"] == "安全🔥\U0001f600"
    word = docx.Document(str(package.files[line["file"].replace(".pdf", ".docx")]))
    assert word.paragraphs[1].text == "安全 🔥 \U0001f600 Säkerhet"
    (outcome,) = [one for one in package.statement["documents"] if one["format"] == "pdf"]
    assert outcome["replaced"] == outcome["written"]
    assert package.statement["changes"]["characters-named"] == outcome["written"]
    with package.files["changes.csv"].open(newline="", encoding="utf-8") as stream:
        named = [row for row in csv.DictReader(stream) if row["reason"].startswith("characters-named")]
    assert line["file"] in {row["file"] for row in named}


def test_the_verifier_misses_a_document_that_was_taken_out(place, alice):
    one = place()
    job = one.export(alice.key, formats=["csv", "docx"], categories=["courses"])
    package = one.package(job)
    victim = next(path for path in package.files if path.startswith("documents/course-reports/"))
    package.files[victim].unlink()
    folder = package.folder / "unpacked"
    for name in ("manifest.json", "manifest.json.sig", "verify.py"):
        (folder / name).write_bytes((package.folder / name).read_bytes())
    done = subprocess.run([sys.executable, "verify.py"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 1
    assert victim in done.stdout


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_papers_of_the_package_tell_of_its_documents(place, alice, language):
    one = place()
    package = one.package(one.export(alice.key, formats=["csv", "docx"], categories=["courses"], language=language))
    page = package.files["completeness.html"].read_text()
    assert "course-reports" in page
    readme = next(bag / "README.txt" for bag in package.bags if (bag / "README.txt").exists()).read_text()
    assert "data/documents/" in readme
    count = sum(outcome["written"] for outcome in package.statement["documents"])
    assert f"{count} {'documents made from them' if language == 'en' else 'dokument skapade ur dem'}" in readme
