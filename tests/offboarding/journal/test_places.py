"""The command as cron runs it: on either database, with evidence on disk or on S3, and where one does not answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from offboarding import journal_heads
from offboarding.configuration import Environment
from tests.offboarding.journal.ground import record, verify

RECORD = """
import django; django.setup()
from tests.offboarding.journal.ground import record
record(5)
"""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], env={**os.environ, **environment}, capture_output=True, text=True
    )


@pytest.fixture
def sqlite(tmp_path) -> dict[str, str]:
    """A migrated SQLite database with five entries."""
    places = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'own.sqlite3'}",
        "STORAGE_EVIDENCE_URL": f"file://{tmp_path / 'evidence'}",
    }
    for arguments in (("manage.py", "migrate", "-v0"), ("-c", RECORD)):
        assert run(*arguments, **places).returncode == 0
    return places


def change(places: dict[str, str], *statements: str) -> None:
    code = "import django; django.setup()\nfrom django.db import connection\n" + "".join(
        f"connection.cursor().execute({statement!r})\n" for statement in statements
    )
    assert run("-c", code, **places).returncode == 0


def test_on_sqlite_the_journal_holds_and_a_change_is_found(sqlite, tmp_path):
    done = run("manage.py", "verify_journal", **sqlite)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "The journal holds: entries: 5."), done.stderr
    change(
        sqlite,
        "DROP TRIGGER journal_refuses_update",
        "UPDATE offboarding_journalentry SET at = 'some time' WHERE seq = 3",
    )
    done = run("manage.py", "verify_journal", **sqlite)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Entry 3 was changed: its content is not what its hash was made of.",
        "The database does not refuse changes: the trigger journal_refuses_update is missing or switched off.",
        "CommandError: The journal holds up to entry 2. A person has to look.",
    ]


@pytest.mark.parametrize(
    "url", ["postgres://nobody@127.0.0.1:1/nothing", "sqlite:///{folder}/empty.sqlite3"], ids=["no server", "no table"]
)
def test_a_database_that_does_not_answer_is_not_called_good(tmp_path, url):
    done = run("manage.py", "verify_journal", DATABASE_URL=url.format(folder=tmp_path))
    assert done.returncode == 2
    assert "The journal could not be checked: " in done.stderr


@pytest.mark.django_db
def test_heads_lie_on_s3_as_well(s3, settings):
    bucket = s3.make_bucket()
    place = Environment(Path("/")).storage("STORAGE_OF_NO_NAME_URL", default=s3.storage_url(bucket))
    settings.STORAGES = {**settings.STORAGES, "evidence": place}
    record(3)
    assert verify()[0] == 0
    kept = [item["Key"] for item in s3.client().list_objects_v2(Bucket=bucket)["Contents"]]
    assert [name.rpartition(".")[2] for name in kept] == ["json", "sig"]
    assert kept[0].startswith(f"{journal_heads.FOLDER}/{3:020}-")
    record(1)
    assert verify()[0] == 0
    s3.client().delete_object(Bucket=bucket, Key=kept[0])
    code, said = verify()
    assert (code, f"The head {kept[0]} is missing." in said) == (1, True)
    s3.client().put_object(Bucket=bucket, Key=kept[0], Body=b"{}")
    assert "is damaged" in verify()[1]


@pytest.mark.django_db
def test_an_s3_that_does_not_answer_is_not_called_good(s3, settings):
    place = Environment(Path("/")).storage("STORAGE_OF_NO_NAME_URL", default=s3.storage_url("no-such-bucket"))
    settings.STORAGES = {**settings.STORAGES, "evidence": place}
    record(3)
    code, said = verify()
    assert code == 2
    assert said.startswith("The journal could not be checked: ")
