#!/usr/bin/env python3
"""Checks an exported package offline. Needs Python 3.8 or later and nothing else.

    python3 verify.py [FOLDER] [--key FINGERPRINT] [--lang en|sv]

FOLDER holds manifest.json, manifest.json.sig and the volumes: ZIP files, or the folders unpacked from them.
Ends with 0 when everything is there and unchanged, 1 when something is not, 2 when nothing was changed but the
package itself says that it is not complete.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import io
import json
import os
import re
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

TEXTS = """
title: Package {} of {}, made {} | Paket {} för {}, skapat {}
signature: the manifest is signed with the key {} | manifestet är undertecknat med nyckeln {}
compare: compare this key with the one the vendor gave you | jämför nyckeln med den som leverantören har uppgett
bad-signature: the signature does not fit manifest.json | underskriften stämmer inte med manifest.json
other-key: signed with the key {}, expected {} | undertecknat med nyckeln {}, väntade {}
volume: {}: {} files, every SHA-256 is right | {}: {} filer, alla SHA-256 stämmer
missing: {} is missing | {} saknas
bytes: {} is not the file that was signed (other SHA-256) | {} är inte den undertecknade filen (annan SHA-256)
changed: {}: {} was changed | {}: {} har ändrats
gone: {}: {} is missing | {}: {} saknas
extra: {}: {} does not belong here | {}: {} hör inte hit
oxum: {}: bag-info.txt gives another size or number of files | {}: bag-info.txt anger annan storlek eller annat antal
unreadable: {} cannot be read: {} | {} kan inte läsas: {}
statement: the completeness statement is the signed one | fullständighetsintyget är det undertecknade
bad-statement: the completeness statement was changed | fullständighetsintyget har ändrats
rows: {}: {} rows in {} tables, counted again | {}: {} rader i {} tabeller, räknade på nytt
bad-rows: {}: {} rows in the files, {} stated | {}: {} rader i filerna, {} enligt intyget
not-recounted: {}: checked by SHA-256, rows not counted here | {}: SHA-256 kontrollerad, rader inte räknade här
media: media of {}: {} files | mediefiler från {}: {} st
documents: documents {} ({}): {} files | dokument {} ({}): {} st
bad-documents: documents {} ({}): {} files found, {} stated | dokument {} ({}): {} funna, {} enligt intyget
bad-media: media of {}: {} files found, {} stated | mediefiler från {}: {} funna, {} enligt intyget
good: Everything is here and unchanged. | Allt finns här och är oförändrat.
incomplete: But the package itself says that it is not complete: | Men paketet uppger självt att det inte är komplett:
bad: Wrong: {}, see above. | Fel: {}, se ovan.
"""
WORDS = {line.partition(": ")[0]: line.partition(": ")[2].split(" | ") for line in TEXTS.strip().splitlines()}
IGNORED = {".DS_Store", "Thumbs.db", "desktop.ini"}
CHUNK = 1 << 20
if TYPE_CHECKING:  # Python 3.8 could not run these lines
    from collections.abc import Iterator

    Point = tuple[int, int, int, int]
    Counts = dict[tuple[str, str], int]
    Item = dict[str, Any]
    Lines = Iterator[bytes]


class Report:
    """Prints what was checked, in the reader's language, and remembers what was wrong."""

    def __init__(self, language: str | None) -> None:
        self.language = language
        self.failures = 0

    def say(self, key: str, *values: object) -> None:
        print("      " + self._text(key, values))  # noqa: T201

    def good(self, key: str, *values: object) -> None:
        print("OK    " + self._text(key, values))  # noqa: T201

    def bad(self, key: str, *values: object) -> None:
        self.failures += 1
        print(("FEL   " if self.language == "sv" else "WRONG ") + self._text(key, values))  # noqa: T201

    def _text(self, key: str, values: tuple[object, ...]) -> str:
        return WORDS[key][self.language == "sv"].format(*values)


# Ed25519 (RFC 8032, 5.1.7), slow but short
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(one: Point, two: Point) -> Point:
    """The sum of two points in extended coordinates (RFC 8032, 5.1.4)."""
    a, b = (one[1] - one[0]) * (two[1] - two[0]) % P, (one[1] + one[0]) * (two[1] + two[0]) % P
    c, d = 2 * one[3] * two[3] * D % P, 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(number: int, point: Point) -> Point:
    """The point added to itself that often."""
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def decompress(data: bytes) -> Point | None:
    """The point behind 32 bytes (RFC 8032, 5.1.3); None when there is none."""
    y, sign = int.from_bytes(data, "little") & ((1 << 255) - 1), data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature of the message was made with the private key behind ``public``."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = decompress(public), decompress(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    base = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    assert base is not None
    left, right = multiply(scalar, base), add(commitment, multiply(challenge, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


class Bag:
    """One volume, packed or unpacked: the paths of its files and their content."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self.zip = None if path.is_dir() else zipfile.ZipFile(path)
        if self.zip:
            names = [entry for entry in self.zip.namelist() if not entry.endswith("/")]
            self.strangers = [entry for entry in names if not entry.startswith(name + "/")]
            self.strangers += [entry for entry, count in Counter(names).items() if count > 1]
            self.files = {entry[len(name) + 1 :] for entry in names if entry.startswith(name + "/")}
        else:
            self.strangers = []
            found = (Path(top, file) for top, _, files in os.walk(str(path)) for file in files if file not in IGNORED)
            self.files = {file.relative_to(path).as_posix() for file in found}

    def open(self, path: str) -> BinaryIO:
        return cast(BinaryIO, self.zip.open(f"{self.name}/{path}") if self.zip else (self.path / path).open("rb"))

    def listed(self, manifest: str) -> dict[str, str]:
        """Path → SHA-256 as a manifest of the bag lists them (RFC 8493, 2.1.3)."""
        found = {}
        for line in self.open(manifest).read().decode().splitlines():
            digest, _, path = line.partition("  ")
            found[re.sub("%(0A|0D|25)", lambda code: chr(int(code[1], 16)), path, flags=re.I)] = digest.lower()
        return found


class Hashing(io.RawIOBase):
    """A stream that hashes and counts what is read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self.stream, self.sha, self.size = stream, hashlib.sha256(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.stream.read(len(buffer))
        buffer[: len(data)] = data
        self.sha.update(data)
        self.size += len(data)
        return len(data)


def csv_rows(lines: BinaryIO, stem: str) -> dict[str, int]:
    """Records after the header; a record may hold line breaks within quotes."""
    text = io.TextIOWrapper(lines, encoding="utf-8", newline="")
    rows = sum(1 for _ in csv.reader(text, strict=True)) - 1
    text.detach()
    return {stem: rows}


def json_rows(lines: BinaryIO, stem: str) -> dict[str, int]:
    """Our documents hold one row per line between ``"rows": [`` and ``]}``."""
    for line in lines:
        if line == b' "rows": [\n':
            break
    return {stem: sum(1 for line in lines if line[:1] == b"{")}


def xml_rows(lines: BinaryIO, stem: str) -> dict[str, int]:
    """No value holds ``<``, so tags can be counted."""
    return {stem: sum(line.count(b"<row>") for line in lines)}


def sql_rows(lines: BinaryIO, stem: str) -> dict[str, int]:
    """COPY has one row per line; a row of INSERT begins a line outside a literal."""
    found: dict[str, int] = {}
    mark = b"-- Rows of table "
    stem, escapes, reading = "", next(iter(lines), b"").endswith(b"mysql\n"), iter(lines)
    for line in reading:
        if line.startswith(mark):
            stem = line[len(mark) :].decode().strip()
            found.setdefault(stem, 0)
        elif stem and line.startswith(b"COPY "):
            found[stem] += sum(1 for _ in iter(lambda: next(reading), b"\\.\n"))
        elif stem and line.startswith(b"INSERT INTO "):
            found[stem] += inserted(line, reading, escapes)
    return found


def inserted(line: bytes, lines: Lines, escapes: bool) -> int:
    """Rows of one INSERT statement; ``escapes`` where a backslash escapes a quote."""
    while not line.endswith(b" VALUES\n"):
        line = next(lines)
    count, inside = 0, False
    while True:
        line = next(lines)
        count += not inside and line.startswith(b"(")
        plain = line.replace(b"\\\\", b"").replace(b"\\'", b"") if escapes else line
        inside ^= bool(plain.count(b"'") % 2)
        if not inside and line.endswith(b";\n"):
            return count


COUNTERS = {"csv": csv_rows, "json": json_rows, "xml": xml_rows, "sql": sql_rows}


def check_signature(folder: Path, key: str, report: Report) -> None:
    """The manifest is what the holder of the key signed."""
    signed, text = (folder / "manifest.json").read_bytes(), (folder / "manifest.json.sig").read_bytes()
    fields = json.loads(text)
    public, signature = (base64.b64decode(fields[name]) for name in ("public_key", "signature"))
    fingerprint = hashlib.sha256(public).hexdigest()[:16]
    honest = fields == {
        "algorithm": "Ed25519",
        "key_id": fingerprint,
        "public_key": base64.b64encode(public).decode(),
        "signature": base64.b64encode(signature).decode(),
    }
    if not honest or not ed25519(public, signed, signature):
        report.bad("bad-signature")
    elif key and fingerprint != key.lower():
        report.bad("other-key", fingerprint, key.lower())
    else:
        report.good("signature", fingerprint)
        if not key:
            report.say("compare")


def check_volume(folder: Path, volume: Item, parts: list[Item], counts: Counts, report: Report) -> set[str]:
    """Check one volume, add its rows to ``counts`` and give the paths of its files."""
    path = folder / volume["name"]
    if path.exists():
        with path.open("rb") as file:
            sha = hashlib.sha256()
            for chunk in iter(lambda: file.read(CHUNK), b""):
                sha.update(chunk)
        if sha.hexdigest() != volume["sha256"]:
            report.bad("bytes", path.name)
            return set()
    else:
        path = folder / volume["bag_name"]
        if not path.is_dir():
            report.bad("missing", volume["name"])
            return set()
    before = report.failures
    bag = Bag(path, volume["bag_name"])
    check_bag(bag, volume["tagmanifest_sha256"], {f"data/{part['path']}": part for part in parts}, counts, report)
    if report.failures == before:
        report.good("volume", path.name, len(bag.files))
    return bag.files


def check_bag(bag: Bag, tags: str, parts: dict[str, Item], counts: Counts, report: Report) -> None:
    """Every file is listed and every listed file is as it was (RFC 8493, 3)."""
    tagmanifest = "tagmanifest-sha256.txt"
    listed = {tagmanifest: tags, **bag.listed(tagmanifest), **bag.listed("manifest-sha256.txt")}
    for path in sorted(listed.keys() - bag.files) + sorted(parts.keys() - listed.keys()):
        report.bad("gone", bag.name, path)
    for path in sorted(bag.files - listed.keys()) + bag.strangers:
        report.bad("extra", bag.name, path)
    size = 0
    for path in sorted(listed.keys() & bag.files):
        part = parts.get(path)
        with bag.open(path) as stream:
            hashing = Hashing(stream)
            reader: Any = io.BufferedReader(hashing, CHUNK)
            if part and part["format"] in COUNTERS:
                for stem, rows in COUNTERS[part["format"]](reader, next(iter(part["rows"]), "")).items():
                    counts[part["format"], stem] = counts.get((part["format"], stem), 0) + rows
            while reader.read(CHUNK):
                pass
        if hashing.sha.hexdigest() != listed[path] or (part and part["sha256"] != listed[path]):
            report.bad("changed", bag.name, path)
        size += hashing.size if path.startswith("data/") else 0
    payload = sum(path.startswith("data/") for path in bag.files)
    if f"Payload-Oxum: {size}.{payload}" not in bag.open("bag-info.txt").read().decode().splitlines():
        report.bad("oxum", bag.name)


def read_statement(folder: Path, manifest: Item, report: Report) -> Item:
    """The completeness statement in the first volume; {} when it is not the signed one."""
    try:
        first = min(manifest["volumes"], key=lambda volume: volume["number"])
        path = folder / first["name"]
        bag = Bag(path if path.exists() else folder / first["bag_name"], first["bag_name"])
        text = bag.open("data/completeness.json").read()
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        report.bad("unreadable", "completeness.json", error)
        return {}
    if hashlib.sha256(text).hexdigest() != manifest["statement_sha256"]:
        report.bad("bad-statement")
        return {}
    report.good("statement")
    return cast("Item", json.loads(text))


def check_rows(statement: Item, counts: Counts, report: Report) -> None:
    """What was counted here against what the statement says, per format."""
    for name in [name for name in statement["formats"] if name not in ("pdf", "docx", "media")]:
        if name not in COUNTERS:
            report.say("not-recounted", name)
            continue
        before, total = report.failures, 0
        for table in statement["tables"]:
            rows = counts.get((name, table["stem"]), 0)
            total += rows
            if rows != table["read_back"].get(name):
                report.bad("bad-rows", f"{name}, {table['key']}", rows, table["read_back"].get(name))
        if report.failures == before:
            report.good("rows", name, total, len(statement["tables"]))


def check_media(statement: Item, files: set[str], report: Report) -> None:
    """As many files per store as the statement says."""
    stated: dict[str, int] = {}
    for outcome in statement["files"]:
        stated[outcome["store"]] = stated.get(outcome["store"], 0) + outcome["written"]
    for store, expected in stated.items():
        found = sum(path.startswith(f"data/media/{store}/") for path in files)
        if found != expected:
            report.bad("bad-media", store, found, expected)
        else:
            report.good("media", store, found)


def check_documents(statement: Item, files: set[str], report: Report) -> None:
    """As many documents of each kind and format as the statement says; older packages have none."""
    for outcome in statement.get("documents", ()):
        start, end = f"data/documents/{outcome['name']}/", f".{outcome['format']}"
        found = sum(path.startswith(start) and path.endswith(end) for path in files)
        if found != outcome["written"]:
            report.bad("bad-documents", outcome["name"], outcome["format"], found, outcome["written"])
        else:
            report.good("documents", outcome["name"], outcome["format"], found)


def check(folder: Path, key: str, report: Report) -> int:
    """Check everything below ``folder``; gives the exit code."""
    for name in ("manifest.json", "manifest.json.sig"):
        if not (folder / name).is_file():
            report.bad("missing", name)
            return 1
    try:
        return check_all(folder, key, report)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        report.bad("unreadable", "manifest.json", f"{type(error).__name__}: {error}")
        return 1


def check_all(folder: Path, key: str, report: Report) -> int:
    """Signature, statement, volumes, rows and files, in this order."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    report.language = report.language or manifest["language"]
    report.say("title", manifest["package_id"], manifest["customer"], manifest["created_at"])
    check_signature(folder, key, report)
    statement = read_statement(folder, manifest, report)
    counts: Counts = {}
    files: set[str] = set()
    for volume in manifest["volumes"]:
        parts = [part for part in statement.get("parts", ()) if part["volume"] == volume["number"]]
        try:
            files |= check_volume(folder, volume, parts, counts, report)
        except Exception as error:
            report.bad("unreadable", volume["name"], f"{type(error).__name__}: {error}")
    ours = {volume["name"] for volume in manifest["volumes"]}
    for stranger in sorted(path.name for path in folder.glob("*.zip") if path.name not in ours):
        report.bad("extra", folder.name, stranger)
    if statement and not report.failures:
        check_rows(statement, counts, report)
        check_media(statement, files, report)
        check_documents(statement, files, report)
    if report.failures:
        report.say("bad", report.failures)
        return 1
    report.good("good")
    if not manifest["complete"] or not statement["complete"]:
        report.say("incomplete")
        for problem in statement["problems"]:
            print("      - " + problem["text_sv" if report.language == "sv" else "text_en"])  # noqa: T201
        return 2
    return 0


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    here = Path(__file__).resolve().parent
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER")
    parser.add_argument("--key", default="", metavar="FINGERPRINT", help="16 hex digits that the vendor gave you")
    parser.add_argument("--lang", choices=("en", "sv"))
    arguments = parser.parse_args()
    csv.field_size_limit(2**31 - 1)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    folder = arguments.folder or (here if (here / "manifest.json").exists() else here.parent)
    return check(folder, arguments.key, Report(arguments.lang))


if __name__ == "__main__":
    sys.exit(main())
