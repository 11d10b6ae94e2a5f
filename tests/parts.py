"""Real parts that some tests need, how to find them and how to get them when they are missing.

A test says ``@pytest.mark.requires("soffice")`` (or asks for a fixture that needs the part). Where the part is
missing the test is skipped and the end of the run says so in one block; with ``NO_SKIPS=1`` or ``CI=true`` a
missing *program* fails the test instead. Data may always be missing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Part:
    """Something real a test needs: ``find`` gives its path or None, ``get`` says how to get it."""

    find: Callable[[], Path | None]
    get: str
    is_program: bool = True


def postgres_bin() -> Path | None:
    """The folder with PostgreSQL's server programs: ``PG_BIN``, then Debian's newest, then PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: _number(path.parent.name), reverse=True)
    on_path = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    named = [Path(os.environ["PG_BIN"])] if os.environ.get("PG_BIN") else []
    for folder in named or [*debian, *on_path]:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _program(*names: str) -> Callable[[], Path | None]:
    def find() -> Path | None:
        return next((Path(found) for name in names if (found := shutil.which(name, path=_wide_path()))), None)

    return find


def _wide_path() -> str:
    """PATH with the folders of servers, which an ordinary user's PATH lacks, and PostgreSQL's own."""
    folders = [os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]
    found = postgres_bin()
    return os.pathsep.join([*folders, str(found)] if found else folders)


def _file(name: str) -> Callable[[], Path | None]:
    return lambda: Path(name) if Path(name).is_file() else None


def _data(name: str) -> Callable[[], Path | None]:
    def find() -> Path | None:
        folder = Path(os.environ.get("SHARED_DATA") or BASE_DIR.parent / "shared" / "data") / name
        return folder if folder.is_dir() else None

    return find


_SHARED = "put the project's shared data beside the checkout as ../shared, or set SHARED_DATA to its folder"

PARTS: dict[str, Part] = {
    "postgresql": Part(postgres_bin, "apt-get install postgresql, or set PG_BIN to a folder with initdb and postgres"),
    "psql": Part(_program("psql"), "apt-get install postgresql-client"),
    "pg_dump": Part(_program("pg_dump"), "apt-get install postgresql-client"),
    "mariadbd": Part(_program("mariadbd", "mysqld"), "apt-get install mariadb-server"),
    "mariadb-install-db": Part(_program("mariadb-install-db", "mysql_install_db"), "apt-get install mariadb-server"),
    "mariadb": Part(_program("mariadb", "mysql"), "apt-get install mariadb-client"),
    "radosgw": Part(
        lambda: _program("radosgw")() if _program("ceph-mon")() and _program("ceph-osd")() else None,
        "apt-get install ceph-mon ceph-osd radosgw",
    ),
    "dovecot": Part(_program("dovecot"), "apt-get install dovecot-imapd"),
    "nginx": Part(_program("nginx"), "apt-get install nginx-light"),
    "unzip": Part(_program("unzip"), "apt-get install unzip"),
    "sqlite3": Part(_program("sqlite3"), "apt-get install sqlite3"),
    "xz": Part(_program("xz"), "apt-get install xz-utils"),
    "soffice": Part(_program("soffice", "libreoffice"), "apt-get install libreoffice-calc-nogui"),
    "writer": Part(_file("/usr/lib/libreoffice/program/libswlo.so"), "apt-get install libreoffice-writer-nogui"),
    "xmllint": Part(_program("xmllint"), "apt-get install libxml2-utils"),
    "chromium": Part(_program("chromium", "chromium-browser", "google-chrome"), "apt-get install chromium"),
    "xgettext": Part(_program("xgettext"), "apt-get install gettext"),
    "msgfmt": Part(_program("msgfmt"), "apt-get install gettext"),
    "git": Part(_program("git"), "apt-get install git"),
    "make": Part(_program("make"), "apt-get install make"),
    "data:oulad": Part(_data("oulad"), _SHARED, is_program=False),
    "data:chinook": Part(_data("chinook"), _SHARED, is_program=False),
    "data:eml": Part(_data("eml"), _SHARED, is_program=False),
    "data:media": Part(_data("media"), _SHARED, is_program=False),
}


def no_skips() -> bool:
    """Whether a missing program is a failure, as in CI."""
    return any(os.environ.get(name, "").lower() in ("1", "true", "yes", "on") for name in ("NO_SKIPS", "CI"))


def need(name: str) -> Path:
    """The path of a part; skips the running test when it is missing (fails it where skips are not allowed)."""
    part = PARTS[name]
    found = part.find()
    if found is not None:
        return found
    reason = f"{name} is missing: {part.get}"
    if part.is_program and no_skips():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def allowed(reason: str) -> bool:
    """Whether a skip for this reason is fine even where skips are not allowed: real data may always be missing."""
    return any(reason.startswith(f"{name} is missing") for name, part in PARTS.items() if not part.is_program)
