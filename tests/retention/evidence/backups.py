"""Real backups of a database, taken and read back by PostgreSQL's own programs."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests import parts


def take(url: str, where: Path) -> Path:
    """A backup in pg_dump's own format."""
    subprocess.run([parts.need("pg_dump"), "-Fc", "-f", where, url], check=True)
    return where


def read_back(url: str, backup: Path) -> None:
    """The database is as it was when the backup was taken; what came since is gone."""
    restore = Path(parts.need("pg_dump")).with_name("pg_restore")
    subprocess.run(
        [restore, "--clean", "--if-exists", "--single-transaction", "--no-owner", "-d", url, backup], check=True
    )  # fmt: skip


def own_url() -> str:
    """The address of our own database."""
    from django.db import connection

    database = connection.settings_dict
    place = f"{database['HOST']}:{database['PORT']}" if database["PORT"] else database["HOST"]
    secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    return f"postgresql://{database['USER']}{secret}@{place}/{database['NAME']}"
