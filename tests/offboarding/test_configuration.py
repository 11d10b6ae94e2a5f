"""Settings come from the environment; a bad or missing one is a single sentence that names it."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from offboarding.configuration import Environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
SEED = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """``environment(NAME="value")`` reads from an environment with these variables; paths count from tmp_path."""

    def build(**values: str) -> Environment:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return Environment(tmp_path)

    return build


# The whole ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["true", "True", "1", "yes", "on"])
def test_a_flag_can_be_said_in_several_ways(environment, word):
    assert environment(X=word).flag("X", default=False) is True


@pytest.mark.parametrize("word", ["false", "FALSE", "0", "no", "off"])
def test_a_flag_can_be_denied_in_several_ways(environment, word):
    assert environment(X=word).flag("X", default=True) is False


def test_an_empty_setting_is_an_unset_one(environment):
    assert environment(X="  ").text("X", default="fallback") == "fallback"
    with pytest.raises(ImproperlyConfigured, match=r"^X is not set: a text is needed.$"):
        environment(X="").text("X")


def test_words_are_separated_by_commas(environment):
    assert environment(X=" a.example, b.example ,,").words("X", default=[]) == ["a.example", "b.example"]


@given(number=st.integers(-(10**12), 10**12), least=st.integers(0, 10**9))
def test_a_whole_number_is_taken_from_its_least_value_on(number, least):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("X", str(number))
        read = Environment(BASE_DIR)
        if number >= least:
            assert read.whole("X", default=0, least=least) == number
        else:
            with pytest.raises(ImproperlyConfigured, match=f"^X is not usable: a whole number, {least} or more.$"):
                read.whole("X", default=0, least=least)


@given(junk=st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cc"]), max_size=40))
def test_whatever_stands_in_a_setting_the_answer_is_a_value_or_a_sentence_naming_it(junk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("X", junk)
        read = Environment(Path(os.environ["EXPORT_WORK_DIR"]))
        for reading in (
            lambda: read.flag("X", default=True),
            lambda: read.whole("X", default=1, least=0),
            lambda: read.secret("X", debug_default="d"),
            lambda: read.storage("X", default="file:///tmp"),
            lambda: read.database("X", default="sqlite://:memory:"),
            lambda: read.signing_key("X", debug_file=None),
        ):
            try:
                reading()
            except ImproperlyConfigured as error:
                assert str(error).startswith("X ")


# Databases ------------------------------------------------------------------------------------------------------------


@given(password=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_any_password_survives_in_a_database_url(password):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("X", f"postgres://alice:{quote(password, safe='')}@db:5433/own")
        config = Environment(BASE_DIR).database("X", default="sqlite://:memory:")
    assert config["PASSWORD"] == password
    assert (config["USER"], config["HOST"], config["PORT"], config["NAME"]) == ("alice", "db", 5433, "own")


@pytest.mark.parametrize(
    "url", ["nonsense", "foo://host/name", "mysql://host/name", "postgres://host", "postgres://host:abc/name", "://"]
)
def test_an_own_database_of_another_kind_or_without_name_is_refused(environment, url):
    with pytest.raises(ImproperlyConfigured, match=r"^X is not usable: a URL such as postgres://"):
        environment(X=url).database("X", default="sqlite://:memory:")


def test_a_relative_sqlite_path_counts_from_the_project_and_its_folder_is_made(environment, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    config = environment(X="sqlite:///some/where/own.sqlite3").database("X", default="sqlite://:memory:")
    assert config["NAME"] == str(tmp_path / "some" / "where" / "own.sqlite3")
    assert (tmp_path / "some" / "where").is_dir()


def test_platform_databases_are_found_by_the_names_of_their_settings(environment):
    read = environment(PLATFORM_URL="postgresql://a/b", PLATFORM_OLD_COURSES_URL="mysql+pymysql://c/d")
    assert read.platform_urls(default="sqlite:///x") == {
        "platform": "postgresql://a/b",
        "old_courses": "mysql+pymysql://c/d",
    }


def test_without_any_platform_setting_the_sample_platform_is_read(environment, monkeypatch):
    monkeypatch.delenv("PLATFORM_URL")
    assert environment().platform_urls(default="sqlite:////x") == {"platform": "sqlite:////x"}


@pytest.mark.parametrize("folder", ["", "here/"])
def test_a_relative_sqlite_platform_counts_from_the_project_too(environment, tmp_path, folder):
    """Started by cron from another folder, the same file is read."""
    (url,) = environment(PLATFORM_URL=f"sqlite:///{folder}p.sqlite3").platform_urls(default="").values()
    assert sqlalchemy.make_url(url).database == str(tmp_path / folder / "p.sqlite3")


def test_an_absolute_sqlite_platform_stays_where_it_is(environment):
    assert environment(PLATFORM_URL="sqlite:////p.sqlite3").platform_urls(default="") == {
        "platform": "sqlite:////p.sqlite3"
    }


# Storages -------------------------------------------------------------------------------------------------------------


def test_a_folder_is_a_storage_and_relative_ones_count_from_the_project(environment, tmp_path):
    read = environment(X="file:///srv/m%20edia", Y="file://var/media")
    assert read.storage("X", default="file:///x")["OPTIONS"] == {"location": "/srv/m edia"}
    assert read.storage("Y", default="file:///x")["OPTIONS"] == {"location": str(tmp_path / "var" / "media")}


def test_a_bucket_is_a_storage_with_key_secret_prefix_and_region(environment):
    config = environment(X="s3://AKIA:se%2Fcr+et@s3.example.org/bucket/a/b?region=eu-north-1").storage(
        "X", default="file:///x"
    )
    options = config["OPTIONS"]
    assert config["BACKEND"] == "storages.backends.s3.S3Storage"
    assert (options["access_key"], options["secret_key"]) == ("AKIA", "se/cr+et")
    assert (options["bucket_name"], options["location"]) == ("bucket", "a/b")
    assert (options["endpoint_url"], options["region_name"]) == ("https://s3.example.org", "eu-north-1")
    assert options["file_overwrite"] is False


def test_unencrypted_s3_must_be_asked_for(environment):
    read = environment(X="s3://k:s@127.0.0.1:9000/bucket", Y="s3://k:s@127.0.0.1:9000/bucket?tls=no")
    assert read.storage("X", default="file:///x")["OPTIONS"]["endpoint_url"] == "https://127.0.0.1:9000"
    assert read.storage("Y", default="file:///x")["OPTIONS"]["endpoint_url"] == "http://127.0.0.1:9000"


@pytest.mark.parametrize("query", ["regoin=eu", "region=eu&acl=public", "nonsense"])
def test_a_misspelt_option_of_a_storage_is_refused(environment, query):
    with pytest.raises(ImproperlyConfigured, match=r"^X is not usable: file:///path or s3://"):
        environment(X=f"s3://k:s@host/bucket?{query}").storage("X", default="file:///x")


def test_every_platform_storage_setting_adds_an_alias_and_media_always_exists(environment, monkeypatch):
    monkeypatch.delenv("STORAGE_PLATFORM_MEDIA_URL")
    found = environment(STORAGE_PLATFORM_OLD_FILES_URL="file:///old").platform_storages(default="file:///media")
    assert {alias: config["OPTIONS"]["location"] for alias, config in found.items()} == {
        "platform_media": "/media",
        "platform_old_files": "/old",
    }


def test_a_configured_bucket_really_stores_and_returns_bytes(s3, environment):
    from django.core.files.base import ContentFile
    from django.core.files.storage.handler import StorageHandler

    config = environment(X=s3.storage_url(s3.make_bucket())).storage("X", default="file:///x")
    storage = StorageHandler({"bucket": config})["bucket"]
    name = storage.save("folder/å.txt", ContentFile(b"bytes"))
    assert storage.open(name).read() == b"bytes"


# The signing key ------------------------------------------------------------------------------------------------------


def test_the_signing_key_is_32_bytes_in_base64(environment):
    assert environment(X=SEED).signing_key("X", debug_file=None) == bytes(range(32))


@pytest.mark.parametrize("value", ["", "not base64!", SEED[:-4], base64.b64encode(bytes(33)).decode()])
def test_any_other_signing_key_is_refused(environment, value):
    with pytest.raises(ImproperlyConfigured, match=r"^X is not (set|usable): the base64 of 32 random bytes"):
        environment(X=value).signing_key("X", debug_file=None)


def test_a_first_look_makes_a_key_only_its_owner_can_read_and_keeps_it(environment, tmp_path):
    file = tmp_path / "var" / "signing.key"
    first = environment(X="").signing_key("X", debug_file=file)
    assert len(first) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert environment(X=" ").signing_key("X", debug_file=file) == first
    assert list(file.parent.iterdir()) == [file]


def test_a_broken_kept_key_is_named_and_never_replaced(environment, tmp_path):
    file = tmp_path / "signing.key"
    file.write_text("")
    with pytest.raises(ImproperlyConfigured, match=r"^X is not set, and .*signing\.key holds no key"):
        environment(X="").signing_key("X", debug_file=file)
    assert file.read_text() == ""
