"""Fjord may go: tenant 17 of the sample platform, whose agreement ended and whose window is over. Quill shares people
and files with it and stays."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.core.files.storage import FileSystemStorage
from django.db import transaction

from exports import datamap
from exports.sample.platform import Summary, create
from offboarding import end_dates
from offboarding.actors import Actor
from offboarding.letter_keys import key_of, reminder_key
from offboarding.letter_writing import WARNINGS
from offboarding.models import Agreement, Contact, Customer, Letter
from retention import plans
from retention.models import DeletionPlan

CRON = Actor.machine("enforce_retention")
SAMPLE = Path(datamap.__file__).parent / "sample" / "datamap.postgresql.toml"
NAME = "Fjärdviken Bildning"


@dataclass
class Site:
    """The platform: its database and its media."""

    url: str
    media: Path
    summary: Summary
    map: Path

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as session:
            cursor = session.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def edit_map(self, old: str, new: str) -> None:
        text = self.map.read_text()
        assert old in text
        self.map.write_text(text.replace(old, new, 1))


def build_sample(url: str, media: Path) -> Summary:
    """The sample platform, small."""
    return create(url, FileSystemStorage(media), size=3000)


def copied_site(sample: Site, url: str, settings, tmp_path: Path) -> Site:
    """A copy of it for one test, where the settings point to."""
    name, template = url.rpartition("/")[2], sample.url.rpartition("/")[2]
    with psycopg.connect(sample.url[: -len(template)] + "postgres", autocommit=True) as session:
        session.execute(f"DROP DATABASE {name}")  # type: ignore[arg-type]
        session.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[arg-type]
    media, copy = tmp_path / "media", tmp_path / "map.toml"
    shutil.copytree(sample.media, media)
    copy.write_text(SAMPLE.read_text())
    settings.DATA_MAP, settings.PLATFORM_URLS = copy, {"platform": url}
    places = {"platform_media": media, "exports": tmp_path / "exports", "evidence": tmp_path / "evidence"}
    settings.STORAGES = settings.STORAGES | {
        name: {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(place)}}
        for name, place in places.items()
    }
    return Site(url, media, sample.summary, copy)


def ended(customer: Customer, number: str, term_end: date = date(2026, 12, 31)) -> Agreement:
    """An agreement that does not renew itself and is over."""
    agreement = Agreement.objects.create(
        customer=customer, number=number, term_start=date(2024, 1, 1), term_end=term_end, auto_renews=False
    )
    with transaction.atomic():
        end_dates.expire(agreement, actor=CRON)
    agreement.refresh_from_db()
    return agreement


def warn(agreement: Agreement) -> None:
    """A contact gets all three warnings in time."""
    person = Contact.objects.create(customer=agreement.customer, name="Vera", email="vera@fjord.example")
    assert agreement.delete_from is not None
    for days, occasion in WARNINGS.items():
        sent = datetime.combine(agreement.delete_from - timedelta(days), datetime.min.time(), tzinfo=UTC)
        sent -= timedelta(hours=16)
        Letter.objects.create(
            customer=agreement.customer, agreement=agreement, contact=person, address=person.email, language="sv",
            occasion=occasion, message_id=f"<{days}@test>", subject="warning", text="", state=Letter.State.SENT,
            key=key_of(occasion, agreement, reminder_key(occasion, agreement), person.email),
            written_at=sent, due_at=sent, sent_at=sent,
        )  # fmt: skip


def planned(agreement: Agreement) -> DeletionPlan:
    """Made by cron."""
    return plans.make(agreement, actor=CRON)
