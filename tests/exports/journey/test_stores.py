"""The same export whatever the stores are: S3 for files and packages, MariaDB, and two databases in one map."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pymysql
import pytest

from tests import parts
from tests.exports.dumping import psql
from tests.exports.journey.package import sha256
from tests.exports.journey.site import SAMPLE_MAPS
from tests.exports.mapping import catalogue_of
from tests.servers.s3 import S3

# S3 ---------------------------------------------------------------------------------------------------------------


def bucket_storage(s3: S3, bucket: str) -> dict:
    """A bucket as a value of ``STORAGES``, made as our settings make it."""
    from offboarding.configuration import Environment

    return Environment(parts.BASE_DIR).storage("STORAGE_OF_NO_NAME_URL", default=s3.storage_url(bucket))


def stored(s3: S3, bucket: str) -> dict[str, int]:
    """Key → bytes of every object."""
    pages = s3.client().get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {entry["Key"]: entry["Size"] for page in pages for entry in page.get("Contents", ())}


def test_files_and_packages_on_s3_give_the_same_package_and_leave_no_upload_behind(site, s3, tmp_path):
    from django.core.files.storage import storages

    from exports.sample.platform import create

    url, media, packages = f"sqlite:///{tmp_path / 'platform.sqlite3'}", s3.make_bucket(), s3.make_bucket()
    one = site(
        {"platform": url},
        SAMPLE_MAPS["sqlite"],
        media=bucket_storage(s3, media),
        exports=bucket_storage(s3, packages),
        volume_bytes=24 * 1024**2,
    )
    tenant = create(url, storages["platform_media"], size=2_000).tenants["fjord"]
    large = f"org/{tenant.key}/film.mp4"
    content = bytes(range(256)) * (10 * 1024**2 // 256)
    s3.client().put_object(Bucket=media, Key=large, Body=content)  # its volume goes up in several parts

    job = one.request(tenant.key)
    key = f"job-{job.pk}/e0/alice-academy-export-{job.pk}-002.zip"
    dead = s3.client().create_multipart_upload(Bucket=packages, Key=key)  # what a worker that died left
    s3.client().upload_part(Bucket=packages, Key=key, PartNumber=1, UploadId=dead["UploadId"], Body=b"half a volume")
    s3.client().put_object(Bucket=packages, Key=key, Body=b"an orphan")
    job = one.run(job)

    package = one.package(job)
    assert package.counts == tenant.rows
    hashes = package.media_hashes()
    assert set(hashes) == {*tenant.files, large}
    for path, found in hashes.items():
        body = s3.client().get_object(Bucket=media, Key=path)["Body"].read()
        (tmp_path / "original").write_bytes(body)
        assert found == sha256(tmp_path / "original"), path
    folder = f"job-{job.pk}/e{job.epoch}"
    expected = {volume.name for volume in job.volumes.all()}
    expected |= {f"{folder}/{name}" for name in ("manifest.json", "manifest.json.sig", "verify.py")}
    assert set(stored(s3, packages)) == expected
    assert max(stored(s3, packages).values()) > 10 * 1024**2
    for bucket in (packages, media):
        assert not s3.client().list_multipart_uploads(Bucket=bucket).get("Uploads")


@pytest.mark.parametrize("role", ["exports", "media"])
def test_a_bucket_that_is_not_there_ends_the_export_with_a_clear_error(site, s3, tmp_path, role):
    from django.core.files.storage import FileSystemStorage

    from exports.sample.platform import create

    url = f"sqlite:///{tmp_path / 'platform.sqlite3'}"
    key = create(url, FileSystemStorage(tmp_path / "media"), size=1_000).tenants["empty"].key
    one = site({"platform": url}, SAMPLE_MAPS["sqlite"], **{role: bucket_storage(s3, "nowhere")})
    job = one.export(key)
    assert (job.state, job.manifest_sha256) == ("failed", "")
    assert "NoSuchBucket" in job.error
    assert "Unexpected" not in job.error


# MariaDB ----------------------------------------------------------------------------------------------------------

SCHOOL = """
CREATE TABLE orgs (id INT PRIMARY KEY, name VARCHAR(80) NOT NULL);
CREATE TABLE `people of schools` (
    id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, org_id INT NOT NULL, boss_id BIGINT UNSIGNED, email VARCHAR(254),
    bio TEXT, born DATE, seen DATETIME(6), salary DECIMAL(30, 10), score DOUBLE, flags BIT(5), `role` ENUM('a', 'b,c'),
    settings JSON, photo LONGBLOB, slot TIME, stamp TIMESTAMP NULL,
    full_name VARCHAR(90) AS (CONCAT('* ', email)) STORED,
    FOREIGN KEY (org_id) REFERENCES orgs (id), FOREIGN KEY (boss_id) REFERENCES `people of schools` (id)
);
CREATE TABLE log (org_id INT NOT NULL, text VARCHAR(200), FOREIGN KEY (org_id) REFERENCES orgs (id));
INSERT INTO orgs VALUES (1, 'Alice Åkademi'), (2, 'Bob canarybob'), (3, 'Charlie''s');
SET sql_mode = '';
SET foreign_key_checks = 0;
INSERT INTO `people of schools` (id, org_id, boss_id, email, bio, born, seen, salary, score, flags, `role`, settings,
    photo, slot, stamp) VALUES
    (18446744073709551615, 1, 7, 'a@example.org', 'it''s "quoted"\\\\ and\\tbroken\\r\\nlines', '0000-00-00',
     '2026-01-02 03:04:05.678901', 12345678901234567890.0123456789, 1.7976931348623157e308, b'10101', 'b,c',
     '{"a": [1, 1.10, "x"], "å": null}', X'00FF0A5C27', '-838:59:59', '2026-03-29 02:30:00'),
    (7, 1, NULL, '', NULL, NULL, NULL, -0.5, -0.0, NULL, NULL, NULL, '', '00:00:00', NULL),
    (8, 1, 7, '😀 ☃ \\0 \\Z %s', '=1+1', '9999-12-31', '1000-01-01', 0, 1e-300, b'0', 'a', '[]', NULL, NULL, NULL),
    (9, 2, NULL, 'canarybob', 'canarybob', NULL, NULL, NULL, NULL, NULL, NULL, '{"canarybob": 1}', 'canarybob',
     NULL, NULL);
INSERT INTO log VALUES (1, 'twice'), (1, 'twice'), (1, NULL), (1, ''), (2, 'canarybob');
"""
ROWS = {
    "orgs": "SELECT * FROM orgs WHERE id = 1 ORDER BY id",
    "people of schools": "SELECT * FROM `people of schools` WHERE org_id = 1 ORDER BY id",
    "log": "SELECT * FROM log WHERE org_id = 1 ORDER BY text IS NULL, text",
}


def drafted(url: str, tenant: str, store: str = "platform") -> str:
    """The draft of a map in which a person has nothing to decide but categories."""
    from exports.draft import draft

    text = re.sub('category = "DECIDE.*', 'category = "users"', draft(store, catalogue_of(url), tenant))
    assert '"DECIDE' not in text
    return text


def raw(url: str, sql: str) -> list[tuple]:
    """Rows of a MariaDB as the bytes that its server sent."""
    place = urlsplit(url)
    connection = pymysql.connect(
        host=place.hostname, port=place.port, user=place.username, database=place.path[1:], charset="utf8mb4",
        use_unicode=False,
    )  # fmt: skip
    connection.decoders = {}
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute(sql)
        return list(cursor.fetchall())


@pytest.mark.requires("mariadb")
def test_a_mariadb_platform_is_exported_in_all_formats_and_its_dump_gives_every_value_back(
    site, make_mariadb, program, tmp_path
):
    url = make_mariadb(SCHOOL)
    (tmp_path / "map.toml").write_text(drafted(url, "orgs.id"))
    (tmp_path / "media").mkdir()
    one = site({"platform": url}, tmp_path / "map.toml")
    package = one.package(one.export("1"))
    assert package.counts == {"orgs": 1, "people of schools": 3, "log": 4}
    assert all(table["read_back"].keys() == {"csv", "xlsx", "json", "xml", "sql"} for table in package.tables)
    person = {row["id"]: row for row in package.rows("people of schools")}["18446744073709551615"]
    assert (person["born"], person["slot"], person["photo"]) == ("0000-00-00", "-838:59:59", "\\x00ff0a5c27")
    assert person["salary"] == "12345678901234567890.0123456789"
    assert sorted(row["text"] or "-" for row in package.rows("log")) == ["-", "-", "twice", "twice"]
    for path in package.folder.rglob("*"):
        assert not path.is_file() or b"canarybob" not in path.read_bytes(), path

    restored = make_mariadb()
    place = urlsplit(restored)
    for dump in package.dumps:
        command = [program("mariadb"), "--no-defaults", "-h127.0.0.1", f"-P{place.port}", "-uroot", place.path[1:]]
        with dump.open("rb") as script:
            done = subprocess.run(
                [*command, "--default-character-set=utf8mb4"], stdin=script, capture_output=True, text=True
            )
        assert done.returncode == 0, done.stderr
    for sql in ROWS.values():
        assert raw(restored, sql) == raw(url, sql)
    assert {name for (name,) in raw(restored, "SHOW TABLES")} == {name.encode() for name in ROWS}


# Two databases ----------------------------------------------------------------------------------------------------


def test_two_databases_of_two_engines_are_one_package(site, make_database, program, tmp_path):
    learning = make_database(
        """CREATE TABLE orgs (id int PRIMARY KEY, name text);
        CREATE TABLE notes (id int PRIMARY KEY, org_id int REFERENCES orgs, body text);
        INSERT INTO orgs VALUES (1, 'Alice'), (2, 'Bob');
        INSERT INTO notes VALUES (1, 1, 'learns'), (2, 1, NULL), (3, 2, 'canarybob');"""
    )
    crm = tmp_path / "crm.sqlite3"
    with closing(sqlite3.connect(crm)) as connection:
        connection.executescript(
            """CREATE TABLE accounts (id INTEGER PRIMARY KEY, title TEXT);
            CREATE TABLE notes (id INTEGER PRIMARY KEY, account_id INTEGER REFERENCES accounts, body TEXT);
            INSERT INTO accounts VALUES (1, 'Alice Academy'), (2, 'canarybob');
            INSERT INTO notes VALUES (10, 1, 'called'), (11, 2, 'canarybob'), (12, 1, 'wrote');"""
        )
    first = drafted(learning, "orgs.id")
    second = drafted(f"sqlite:///{crm}", "accounts.id", "crm").replace("version = 1\n", "")
    (tmp_path / "map.toml").write_text(f"{first}\n{second}")
    one = site({"platform": learning, "crm": f"sqlite:///{crm}"}, tmp_path / "map.toml")
    package = one.package(one.export("1"))

    assert {(table["store"], table["key"]): table["snapshot_rows"] for table in package.tables} == {
        ("platform", "orgs"): 1,
        ("platform", "notes"): 2,
        ("crm", "accounts"): 1,
        ("crm", "notes"): 2,
    }
    assert [(fact["store"], fact["engine"]) for fact in package.statement["snapshots"]] == [
        ("platform", "postgresql"),
        ("crm", "sqlite"),
    ]
    assert [row["body"] for row in package.rows("notes")] == ["learns", None]
    assert [row["body"] for row in package.rows("notes", "crm")] == ["called", "wrote"]
    assert {path for path in package.files if path.startswith("sql/")} == {"sql/platform/dump.sql", "sql/crm/dump.sql"}
    for path in package.folder.rglob("*"):
        assert not path.is_file() or b"canarybob" not in path.read_bytes(), path

    restored = make_database()
    psql(Path(program("psql")), restored, package.files["sql/platform/dump.sql"])
    with psycopg.connect(restored) as connection:
        assert connection.execute("SELECT * FROM notes ORDER BY id").fetchall() == [(1, 1, "learns"), (2, 1, None)]
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(package.files["sql/crm/dump.sql"].read_text())
        assert connection.execute("SELECT * FROM notes ORDER BY id").fetchall() == [(10, 1, "called"), (12, 1, "wrote")]


def test_a_tenant_that_one_of_the_databases_does_not_know_is_refused_by_that_databases_name(
    site, make_database, tmp_path
):
    sql = "CREATE TABLE orgs (id int PRIMARY KEY, name text); INSERT INTO orgs VALUES (1, 'Alice')"
    learning, other = make_database(sql), make_database(sql.replace("VALUES (1", "VALUES (5"))
    first, second = drafted(learning, "orgs.id"), drafted(other, "orgs.id", "crm").replace("version = 1\n", "")
    (tmp_path / "map.toml").write_text(f"{first}\n{second}")
    job = site({"platform": learning, "crm": other}, tmp_path / "map.toml").export("1")
    assert (job.state, job.volumes.count(), job.manifest_sha256) == ("failed", 0, "")
    assert "“crm”" in job.error
    assert "“1”" in job.error
