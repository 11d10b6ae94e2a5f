"""What an export found, wrote and read back, as plain values. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SnapshotFact:
    """One database as it was read: ``taken_at`` is RFC 3339 in UTC."""

    store: str
    engine: str
    version: str
    taken_at: str


@dataclass(frozen=True, slots=True)
class TableOutcome:
    """One table: rows in the snapshot, rows written and rows read back per format (format → rows)."""

    store: str
    key: str
    stem: str
    category: str
    snapshot_rows: int
    written: dict[str, int]
    read_back: dict[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    """Paths below a bag's ``data/``; unique within the package."""


@dataclass(frozen=True, slots=True)
class PartOutcome:
    """One file with rows: in which volume it lies and how many rows of which table (stem → rows) it holds."""

    volume: int
    path: str
    format: str
    sha256: str
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A file that should be there and is not; ``accepted_*`` are '' until a person accepts it by name."""

    store: str
    path: str
    reason: str
    referenced_by: str = ""
    accepted_by: str = ""
    accepted_at: str = ""
    accepted_because: str = ""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """The files of one store and category; ``written`` and ``read_back`` count files, ``bytes`` those written."""

    store: str
    category: str
    expected: int
    written: int
    read_back: int
    bytes: int
    missing: tuple[MissingFile, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is not in the package on purpose.

    ``what`` is ``table``, ``column``, ``reference table``, ``attested store``, ``definition`` or another word of ours.
    """

    what: str
    name: str
    reason: str
    keep_days: int | None = None
    """Attested stores: how long copies live there."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something in the live platform that the data map does not decide about (``exports.drift``)."""

    store: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Damage:
    """A file that came back from the storage other than it was written."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the package is not complete; ``subject`` names the table, file or format."""

    code: str
    subject: str
    text_en: str
    text_sv: str

    def text(self, language: str) -> str:
        return self.text_sv if language == "sv" else self.text_en


@dataclass(frozen=True, slots=True)
class VolumeEntry:
    """One volume as the storage returned it; ``name`` is its file name, ``bag_name`` the folder inside.

    ``tagmanifest_sha256`` binds every file of the bag, so that an unpacked volume can be checked too.
    """

    number: int
    name: str
    bag_name: str
    bytes: int
    sha256: str
    tagmanifest_sha256: str


def table_outcome(data: dict[str, Any]) -> TableOutcome:
    """The outcome behind its ``asdict``, also after JSON."""
    return TableOutcome(**data | {"files": tuple(data["files"])})


def file_outcome(data: dict[str, Any]) -> FileOutcome:
    """The outcome behind its ``asdict``, also after JSON."""
    return FileOutcome(**data | {"missing": tuple(MissingFile(**item) for item in data["missing"])})
