"""The application starts with complete settings only, and names the one that is wrong in one sentence."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parent.parent.parent
SEED = base64.b64encode(bytes(range(32))).decode()
PRODUCTION = {
    "SECRET_KEY": "k7" * 10 + "-a-long-and-varied-secret-of-production-0123456789",
    "SIGNING_KEY": SEED,
    "ALLOWED_HOSTS": "offboarding.example.org",
    "DATABASE_URL": "sqlite://:memory:",
    "SITE_URL": "https://offboarding.example.org",
    "NOTICE_ADDRESS": "notices@example.org",
    "EMAIL_URL": "smtp+tls://mail.example.org",
}


def manage(*arguments: str, **environment: str) -> tuple[int, str]:
    """Run manage.py with exactly these settings, none from a ``.env`` file (a set variable wins, even an empty one)."""
    names = re.findall(r"^#? ?([A-Z][A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE)
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=BASE_DIR, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], **dict.fromkeys(names, ""), **environment},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_a_production_environment_passes_the_deployment_check():
    code, said = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert code == 0, said
    assert "no issues" in said


def test_the_example_file_passes_the_deployment_check_once_its_keys_are_filled():
    lines = re.findall(r"^([A-Z_]+)=(.*)$", (BASE_DIR / ".env.example").read_text(), re.MULTILINE)
    keys = {"SECRET_KEY": PRODUCTION["SECRET_KEY"], "SIGNING_KEY": SEED, "DATA_MAP": ""}
    code, said = manage("check", "--deploy", "--fail-level", "WARNING", **{**dict(lines), **keys})
    assert code == 0, said


def test_the_example_file_names_every_setting_there_is_and_no_other():
    source = "".join(file.read_text() for file in (BASE_DIR / "offboarding").glob("settings*.py"))
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source)) | {"PLATFORM_URL", "STORAGE_PLATFORM_MEDIA_URL"}
    shown = set(re.findall(r"^([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE))
    assert shown == read


def test_without_debug_nothing_is_made_up():
    code, said = manage("check")
    assert code != 0
    assert "SECRET_KEY is not set: 50 or more random characters" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("SECRET_KEY", "short"),
        ("SIGNING_KEY", "bm90IDMyIGJ5dGVz"),
        ("DATABASE_URL", "localhost"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("STORAGE_DEFAULT_URL", "ftp://host/folder"),
        ("STORAGE_EXPORTS_URL", "s3://"),
        ("STORAGE_EVIDENCE_URL", "evidence"),
        ("STORAGE_PLATFORM_MEDIA_URL", "s3://bucket-but-no-host"),
        ("PLATFORM_URL", "platform-db"),
        ("PLATFORM_ANALYTICS_URL", "analytics-db"),
        ("EXPORT_TIMEOUT", "soon"),
        ("EXPORT_VOLUME_BYTES", "12"),
        ("EXPORT_LEASE_SECONDS", "1"),
        ("EXPORT_KEEP_DAYS", "-1"),
        ("EXPORT_KEEP_DAYS", "14"),
        ("EXPORT_MAX_ATTEMPTS", "0"),
        ("QUEUE_WORKERS", "two"),
        ("BEHIND_PROXY", "nginx"),
        ("SECURE_SSL_REDIRECT", "2"),
        ("SITE_URL", "offboarding.example.org"),
        ("NOTICE_ADDRESS", "notices at example.org"),
        ("MAIL_FROM", "Us <us@example.org>, them@example.org"),
        ("EMAIL_URL", "smtp://mail.example.org"),
        ("INBOX_URL", "imaps://mail.example.org/INBOX"),
        ("INBOX_URL", "imap://user:password@mail.example.org/INBOX"),
        ("INBOX_URL", "imaps://user:password@mail.example.org/INBOX?done=INBOX"),
        ("INBOX_MAX_BYTES", "1"),
        ("OBJECTION_DAYS", "0"),
        ("WORKING_DAYS_COUNTRY", "Sweden"),
        ("RETIRED_SIGNING_KEYS", "bm90IDMyIGJ5dGVz"),
        ("DATA_ACT_NOTICE_MONTHS", "3"),
        ("DATA_ACT_TRANSITION_DAYS", "29"),
        ("DATA_ACT_INFEASIBLE_MONTHS", "8"),
        ("DATA_ACT_INFEASIBLE_WORKING_DAYS", "15"),
        ("DATA_ACT_RETRIEVAL_DAYS", "29"),
        ("DATA_ACT_FREE_FROM", "12 January 2027"),
        ("DATA_ACT_REDUCED_FROM", "2024-13-01"),
    ],
)
def test_a_bad_setting_is_one_sentence_that_names_it_and_no_secret_is_shown(name, value):
    code, said = manage("check", **{**PRODUCTION, name: value})
    assert code != 0
    assert re.fullmatch(rf"Settings: {name}(:| is not usable:) [^\n]+\.\n", said), said
    assert not name.endswith("_KEY") or value not in said


# Values ---------------------------------------------------------------------------------------------------------------


def test_in_production_connections_to_postgresql_are_kept_unless_the_url_says_otherwise():
    """Making one costs as much as a whole page."""
    code = "from django.conf import settings; kept = settings.DATABASES['default']; print(kept.get('CONN_MAX_AGE'))"
    said = [
        manage("shell", "-v", "0", "-c", code, **PRODUCTION | {"DATABASE_URL": f"postgres://a:b@localhost/c{rest}"})
        for rest in ("", "?conn_max_age=5")
    ]
    assert [(status, text.strip()) for status, text in said] == [(0, "60"), (0, "5")]
