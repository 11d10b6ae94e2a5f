"""The script that a customer runs offline finds every change to a package, and says so in words."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exports import verify
from exports.bundle import BagInfo, VolumeSummary, VolumeWriter, sha256_of
from exports.manifest import FileOutcome, PartOutcome, Statement, TableOutcome, VolumeEntry, manifest
from offboarding import signing

FILES = {
    "csv": ("csv/users/people.csv", b'"id","text"\r\n"1","a\r\n""b"""\r\n"2",\r\n'),
    "json": ("json/users/people.json", b'{"table": "people",\n "rows": [\n{"id": 1},\n{"id": 2}\n]}\n'),
    "xml": (
        "xml/users/people.xml",
        b"<table>\n<rows>\n<row><id>1</id></row>\n<row><id>2</id></row>\n</rows>\n</table>\n",
    ),
    "sql": (
        "sql/dump.sql",
        b"-- SQL dump for postgresql\n-- Rows of table people\nCOPY people (id) FROM stdin;\n1\n2\n\\.\n-- end\n",
    ),
}


def bag(path: Path, number: int, contents: dict[str, bytes], tags: dict[str, bytes]) -> VolumeSummary:
    info = BagInfo("The vendor", "alice", "alice-7", number, datetime(2026, 7, 1, tzinfo=UTC), 2)
    with VolumeWriter(path, f"alice-7-{number:03d}", info, 10**6) as volume:
        for name, data in contents.items():
            volume.add_bytes(name, data)
        for name, data in tags.items():
            volume.add_tag(name, data)
        return volume.close()


def entry(number: int, summary: VolumeSummary) -> VolumeEntry:
    tags = summary.files["tagmanifest-sha256.txt"].sha256
    return VolumeEntry(
        number, summary.path.name, summary.bag_name, summary.bytes, sha256_of(summary.path), tags
    )  # fmt: skip


def statement_of(summary: VolumeSummary, rows: int = 2) -> Statement:
    parts = tuple(
        PartOutcome(2, path, name, summary.files[f"data/{path}"].sha256, {"people": 2})
        for name, (path, _) in FILES.items()
    )
    counted = dict.fromkeys(FILES, 2)
    table = TableOutcome("platform", "people", "people", "users", rows, counted, counted)
    media = FileOutcome("media", "courses", 1, 1, 1, 5)
    return Statement(
        "alice-7", "The vendor", "Alices Akademi", "7", 7, "sv", "2026-07-01T12:00:00Z", ("users",), tuple(FILES),
        "0" * 64, (), (table,), parts, (media,),
    )  # fmt: skip


def make_package(folder: Path, rows: int = 2) -> Path:
    """Two volumes, manifest, signature and the script, as the customer gets them."""
    folder.mkdir()
    contents = dict(FILES.values()) | {"media/media/film.mp4": b"movie"}
    second = bag(folder / "alice-7-002.zip", 2, contents, {})
    statement = statement_of(second, rows)
    script = Path(verify.__file__).read_bytes()
    tags = {"verify.py": script, "README.txt": b"Read me"}
    first = bag(folder / "alice-7-001.zip", 1, {"completeness.json": statement.to_json()}, tags)
    signed = manifest(statement, [entry(2, second), entry(1, first)]).to_json()
    (folder / "manifest.json").write_bytes(signed)
    (folder / "manifest.json.sig").write_bytes(signing.sign(signed).to_json())
    (folder / "verify.py").write_bytes(script)
    return folder


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    return make_package(tmp_path_factory.mktemp("verify") / "package")


@pytest.fixture
def package(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "package"))


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", folder / "verify.py", *arguments], capture_output=True, text=True, cwd="/"
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def in_process(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = verify.check(folder, "", verify.Report("en"))
    return code, capsys.readouterr().out


def test_an_untouched_package_passes_and_the_script_says_what_it_checked(package: Path) -> None:
    code, said = run(package, "--lang", "en", "--key", signing.key_id(signing.public_key()))
    assert code == 0, said
    for part in (
        "Package alice-7 of Alices Akademi",
        "the manifest is signed with the key",
        "alice-7-001.zip: 8 files, every SHA-256 is right",
        "csv: 2 rows in 1 tables, counted again",
        "sql: 2 rows in 1 tables, counted again",
        "media of media: 1 files",
        "Everything is here and unchanged.",
    ):
        assert part in said


def test_it_speaks_the_language_of_the_package_by_itself(package: Path) -> None:
    code, said = run(package)
    assert code == 0
    assert "Allt finns här och är oförändrat." in said
    assert "jämför nyckeln" in said


def test_an_incomplete_package_is_unchanged_and_yet_not_good(tmp_path: Path) -> None:
    code, said = run(make_package(tmp_path / "package", rows=3), "--lang", "en")
    assert code == 2
    assert "platform: people (csv): 3 rows in the snapshot, but 2 written." in said


def test_unpacked_volumes_pass_too_also_from_within_and_with_a_visitors_file(package: Path) -> None:
    for path in package.glob("*.zip"):
        zipfile.ZipFile(path).extractall(package)
        path.unlink()
    (package / "alice-7-001" / ".DS_Store").write_bytes(b"mac")
    (package / "verify.py").unlink()
    done = subprocess.run([sys.executable, "-I", package / "alice-7-001" / "verify.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("alice-7-002/data/csv/users/people.csv", b"forged", "was changed"),
        ("alice-7-002/data/extra.txt", b"more", "does not belong here"),
        ("alice-7-002/extra.txt", b"more", "does not belong here"),
        ("alice-7-002/data/media/media/film.mp4", None, "is missing"),
        ("alice-7-001/data/completeness.json", b"{}", "completeness statement was changed"),
        ("alice-7-002/bag-info.txt", b"Payload-Oxum: 1.1\n", "bag-info.txt"),
    ],
)
def test_changes_in_an_unpacked_volume_are_found(package: Path, capsys, path: str, content: bytes, said: str) -> None:
    for volume in package.glob("*.zip"):
        zipfile.ZipFile(volume).extractall(package)
        volume.unlink()
    (package / path).unlink(missing_ok=True)
    if content is not None:
        (package / path).write_bytes(content)
    code, output = in_process(package, capsys)
    assert code == 1
    assert said in output


def test_a_forged_unpacked_volume_with_consistent_manifests_is_found(package: Path, tmp_path: Path, capsys) -> None:
    """The forger rewrites the bag's own manifests; only the signed manifest gives him away."""
    (package / "alice-7-002.zip").unlink()
    forged = {path: data.replace(b"2", b"3") for path, data in FILES.values()} | {"media/media/film.mp4": b"movie"}
    zipfile.ZipFile(bag(tmp_path / "forged.zip", 2, forged, {}).path).extractall(package)
    code, output = in_process(package, capsys)
    assert code == 1
    assert "alice-7-002: tagmanifest-sha256.txt was changed" in output


def test_any_flipped_byte_and_any_cut_tail_of_any_file_is_found(package: Path, capsys) -> None:
    chance = random.Random(7)
    for name in ("alice-7-001.zip", "alice-7-002.zip", "manifest.json", "manifest.json.sig"):
        whole = (package / name).read_bytes()
        for at in [0, len(whole) - 2, *chance.sample(range(len(whole) - 1), 25)]:
            flipped = whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]
            for damaged in (flipped, whole[:at]):
                (package / name).write_bytes(damaged)
                code, output = in_process(package, capsys)
                assert code == 1 or (name.endswith(".sig") and json.loads(damaged) == json.loads(whole)), (
                    name,
                    at,
                    output,
                )
        (package / name).write_bytes(whole)
    assert in_process(package, capsys)[0] == 0


@pytest.mark.parametrize("name", ["alice-7-001.zip", "alice-7-002.zip", "manifest.json", "manifest.json.sig"])
def test_a_missing_file_is_found(package: Path, name: str) -> None:
    (package / name).unlink()
    code, said = run(package, "--lang", "en")
    assert code == 1
    assert f"{name} is missing" in said


def test_a_volume_too_many_is_found(package: Path, capsys) -> None:
    shutil.copy(package / "alice-7-002.zip", package / "alice-7-003.zip")
    code, output = in_process(package, capsys)
    assert code == 1
    assert "alice-7-003.zip does not belong here" in output


def test_swapped_volumes_are_found(package: Path, capsys) -> None:
    one, two = package / "alice-7-001.zip", package / "alice-7-002.zip"
    one.rename(package / "x")
    two.rename(one)
    (package / "x").rename(two)
    code, output = in_process(package, capsys)
    assert code == 1
    assert output.count("is not the file that was signed") == 2


def sign_anew(package: Path, content: bytes, key: Ed25519PrivateKey | None = None) -> None:
    (package / "manifest.json").write_bytes(content)
    if key is not None:
        public = key.public_key().public_bytes_raw()
        signature = signing.Signature(signing.key_id(public), public, key.sign(content))
        (package / "manifest.json.sig").write_bytes(signature.to_json())


def test_a_forged_statement_needs_a_forged_manifest_and_that_needs_the_key(package: Path, tmp_path: Path) -> None:
    """The forger makes everything consistent and can only sign with a key of his own."""
    second = bag(tmp_path / "two.zip", 2, dict(FILES.values()), {})
    statement = replace(statement_of(second), customer="Mallory", files=())
    first = bag(
        tmp_path / "one.zip", 1, {"completeness.json": statement.to_json()}, {}
    )  # fmt: skip
    shutil.copy(first.path, package / "alice-7-001.zip")
    shutil.copy(second.path, package / "alice-7-002.zip")
    entries = [
        replace(entry(number, summary), name=f"alice-7-{number:03d}.zip")
        for number, summary in enumerate((first, second), 1)
    ]
    forged = manifest(statement, entries).to_json()
    sign_anew(package, forged)
    code, said = run(package, "--lang", "en")
    assert code == 1
    assert "the signature does not fit manifest.json" in said
    sign_anew(package, forged, Ed25519PrivateKey.from_private_bytes(os.urandom(32)))
    assert run(package, "--lang", "en")[0] == 0, "without the vendor's key id nobody can tell"
    code, said = run(package, "--lang", "en", "--key", signing.key_id(signing.public_key()))
    assert code == 1
    assert "signed with the key" in said


def test_rows_that_are_not_in_the_files_are_found_even_when_everything_is_signed(tmp_path: Path, monkeypatch) -> None:
    """Our own mistake: the files hold fewer rows than was stated."""
    monkeypatch.setitem(FILES, "csv", ("csv/users/people.csv", b'"id","text"\r\n"1","2"\r\n'))
    code, said = run(make_package(tmp_path / "package"), "--lang", "en")
    assert code == 1
    assert "csv, people: 1 rows in the files, 2 stated" in said


def test_inserts_are_counted_by_rows_that_begin_outside_a_literal() -> None:
    import io

    sqlite = b"-- SQL dump for sqlite\n-- Rows of table a\nINSERT INTO \"a\" (x) VALUES\n('it''s\n(no;\n'),\n(2);\n"
    assert verify.sql_rows(io.BytesIO(sqlite), "") == {"a": 2}
    mysql = (
        b"-- SQL dump for mysql\n-- Rows of table a\nINSERT INTO `a` (x) VALUES\n('\\'\n(\\\\'),\n('b\\\\'),\n(NULL);\n"
    )
    assert verify.sql_rows(io.BytesIO(mysql), "") == {"a": 3}
