"""Reads a data map's TOML into typed values; mistakes are collected, never repaired silently."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from exports import datamap_documents, datamap_retention, datamap_rules
from exports.contents import Category
from exports.datamap import (
    AttestedStore,
    Collection,
    DatabaseStore,
    DataMap,
    DataMapError,
    Field,
    FileLink,
    FileStore,
    Mistake,
    Ownership,
    Prefix,
    Scope,
    TenantRow,
    Through,
)

V = TypeVar("V")
Choice = TypeVar("Choice", bound=StrEnum)
_STORE_KEY = re.compile(r"[a-z][a-z0-9_]{0,29}")
_DATA_CATEGORY = re.compile(r"[a-z_]+(\.[a-z_]+)*")
_WORDS: dict[type, str] = {
    str: "a text", bool: "true or false", int: "a whole number", dict: "a table", list: "a list",
    date: "a day without quotes, as in 2030-12-31",
}  # fmt: skip


class Section:
    """One table of the file: hands out its values by type, and tells what nobody asked for."""

    def __init__(self, values: dict[str, Any], where: str, mistakes: list[Mistake]) -> None:
        self.values = values
        self.where = where
        self.mistakes = mistakes
        self.asked: set[str] = set()

    def wrong(self, key: str, reason: str) -> None:
        self.mistakes.append(Mistake(_join(self.where, key) if key else self.where, reason))

    def take(self, key: str, kind: type[V], fallback: V, *, needed: bool = False) -> V:
        """The value of ``key`` when it has the type ``kind``; else ``fallback`` and, where that is wrong, a mistake."""
        self.asked.add(key)
        if key not in self.values:
            if needed:
                self.wrong(key, f"is missing; {_WORDS[kind]} is needed")
            return fallback
        found = self.values[key]
        if type(found) is not kind:
            self.wrong(key, f"must be {_WORDS[kind]}, not {found!r}")
            return fallback
        return found

    def text(self, key: str, *, needed: bool = False, filled: bool = True) -> str:
        """A text; one that is given must not be blank, nor still wait for a decision."""
        found = self.take(key, str, "", needed=needed)
        if filled and isinstance(self.values.get(key), str) and not found.strip():
            self.wrong(key, "must not be empty")
        if found.upper().startswith("DECIDE"):
            self.wrong(key, f"a person has to decide this: {found!r}")
        return found

    def choice(self, key: str, choices: type[Choice], fallback: Choice, *, needed: bool = False) -> Choice:
        found = self.text(key, needed=needed)
        if found in {choice.value for choice in choices}:
            return choices(found)
        if found and not found.upper().startswith("DECIDE"):
            self.wrong(key, f"{found!r} is unknown; it is one of {', '.join(choices)}")
        return fallback

    def texts(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        found = self.take(key, list, [], needed=needed)
        if not all(isinstance(item, str) and item for item in found):
            self.wrong(key, "must be a list of texts that are not empty")
            return ()
        return tuple(found)

    def reasons(self, key: str) -> dict[str, str]:
        """A table of name → reason."""
        section = self.section(key)
        return {name: section.text(name, needed=True) for name in section.values}

    def section(self, key: str, *, needed: bool = False) -> Section:
        return Section(self.take(key, dict, {}, needed=needed), _join(self.where, key), self.mistakes)

    def named(self, key: str, *, needed: bool = False) -> dict[str, Section]:
        """A table of tables."""
        outer = self.section(key, needed=needed)
        return {name: outer.section(name) for name in outer.values}

    def sections(self, key: str) -> list[Section]:
        """A list of tables."""
        found = self.take(key, list, [])
        sections = []
        for index, item in enumerate(found, start=1):
            where = f"{_join(self.where, key)}[{index}]"
            if isinstance(item, dict):
                sections.append(Section(item, where, self.mistakes))
            else:
                self.mistakes.append(Mistake(where, f"must be a table, not {item!r}"))
        return sections

    def close(self) -> None:
        """Tell the keys that nobody asked for."""
        for key in self.values.keys() - self.asked:
            hint = ""
            if isinstance(self.values[key], dict) and "fields" in self.values[key]:
                hint = f'; a name with a dot needs quotes: [{self.where.partition(": ")[2]}.…] as "schema.table"'
            self.wrong(key, f"is no key that belongs here; known are {', '.join(sorted(self.asked))}{hint}")


def load(path: Path) -> DataMap:
    """See ``exports.datamap.load``."""
    try:
        raw = path.read_bytes()
        values = tomllib.loads(raw.decode())
    except OSError as error:
        raise DataMapError([Mistake(str(path), f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise DataMapError([Mistake(path.name, f"is not UTF-8: {error.reason} at byte {error.start}")]) from error
    except tomllib.TOMLDecodeError as error:
        raise DataMapError([Mistake(path.name, f"is not TOML: {error}")]) from error
    mistakes: list[Mistake] = []
    datamap = _read_map(Section(values, f"{path.name}:", mistakes), path, hashlib.sha256(raw).hexdigest())
    mistakes += datamap_rules.check(datamap)
    if mistakes:
        raise DataMapError(mistakes)
    return datamap


def _read_map(section: Section, path: Path, sha256: str) -> DataMap:
    if section.take("version", int, 1, needed=True) != 1:
        section.wrong("version", "only version 1 is known")
    databases: dict[str, DatabaseStore] = {}
    files: dict[str, FileStore] = {}
    attested: dict[str, AttestedStore] = {}
    readers: dict[str, Callable[[Section, str], None]] = {
        "database": lambda part, key: databases.__setitem__(key, _read_database(part, key)),
        "files": lambda part, key: files.__setitem__(key, _read_files(part, key)),
        "attested": lambda part, key: attested.__setitem__(key, _read_attested(part, key)),
    }
    for key, part in section.named("stores", needed=True).items():
        if not _STORE_KEY.fullmatch(key):
            section.wrong(f"stores.{key}", "a store's key is a small letter and up to 29 of a–z, 0–9 and _")
        kind = part.text("kind", needed=True)
        if kind in readers:
            readers[kind](part, key)
            part.close()
        elif kind:
            part.wrong("kind", f"{kind!r} is unknown; it is one of {', '.join(readers)}")
    if "stores" in section.values and not section.values["stores"]:
        section.wrong("stores", "at least one store is needed")
    description = section.text("description")
    documents = datamap_documents.read(section)
    section.close()
    return DataMap(path, sha256, databases, files, attested, description, documents)


def _read_database(section: Section, key: str) -> DatabaseStore:
    tenant = section.section("tenant", needed=True)
    row = TenantRow(
        tenant.text("collection", needed=bool(tenant.values)),
        tenant.text("field", needed=bool(tenant.values)),
        tenant.text("name_field"),
        tenant.text("created_field"),
    )
    tenant.close()
    return DatabaseStore(
        key=key,
        tenant=row,
        collections={
            name: _read_collection(part, name) for name, part in section.named("collections", needed=True).items()
        },
        excluded=section.reasons("excluded"),
        schemas=section.texts("schemas"),
        description=section.text("description"),
        large_objects=section.text("large_objects"),
        triggers=section.reasons("triggers"),
    )


def _read_collection(section: Section, key: str) -> Collection:
    schema, name = section.text("schema"), section.text("name")
    if not name:
        before, dot, after = key.partition(".")
        schema, name = (before, after) if dot and not schema else (schema, key)
    collection = Collection(
        key=key,
        schema=schema,
        name=name,
        category=section.choice("category", Category, Category.REPORTS, needed=True),
        ownership=section.choice("ownership", Ownership, Ownership.TENANT),
        scope=Scope(
            tenant_field=section.text("tenant_field"),
            through=tuple(_read_through(part) for part in section.sections("through")),
            where=section.text("where"),
            everything=section.take("everything", bool, False),
        ),
        fields=_read_fields(section),
        description=section.text("description"),
        export=section.take("export", bool, True),
        reason=section.text("reason"),
        retention=datamap_retention.read(section),
    )
    section.close()
    return collection


def _read_through(section: Section) -> Through:
    through = Through(
        section.text("collection", needed=True),
        section.texts("fields", needed=True),
        section.texts("references", needed=True),
    )
    section.close()
    return through


def _read_fields(section: Section) -> dict[str, Field]:
    fields = section.section("fields", needed=True)
    read = {}
    for name, value in fields.values.items():
        if isinstance(value, dict):
            read[name] = _read_field(fields.section(name), name)
        else:
            read[name] = Field(name, fields.text(name, filled=False))
    return read


def _read_field(section: Section, name: str) -> Field:
    categories = section.texts("data_categories")
    for wrong in (word for word in categories if not _DATA_CATEGORY.fullmatch(word)):
        section.wrong("data_categories", f"{wrong!r} is not like user.contact.email (fideslang)")
    link: FileLink | None = None
    if "file" in section.values:
        part = section.section("file")
        link = FileLink(part.text("store", needed=True), part.text("prefix", filled=False))
        part.close()
    # SQLite allows columns without a declared type, so a type may be ''
    read = Field(
        name=name,
        type=section.text("type", needed=True, filled=False),
        description=section.text("description"),
        data_categories=categories,
        secret=section.text("secret"),
        file=link,
    )
    section.close()
    return read


def _read_files(section: Section, key: str) -> FileStore:
    prefixes = []
    for part in section.sections("prefixes"):
        category = part.choice("category", Category, Category.REPORTS, needed=True)
        prefixes.append(Prefix(part.text("prefix", needed=True), category))
        part.close()
    return FileStore(key, section.text("storage", needed=True), tuple(prefixes), section.text("description"))


def _read_attested(section: Section, key: str) -> AttestedStore:
    days = section.take("keep_days", int, 0, needed=True)
    if days < 0:
        section.wrong("keep_days", "must be 0 or more days")
    return AttestedStore(key, section.text("description", needed=True), section.text("attested_by", needed=True), days)


def _join(where: str, key: str) -> str:
    name = key if re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+|\[\d+\])*", key) else f'"{key}"'
    return f"{where} {name}" if where.endswith(":") else f"{where}.{name}"
