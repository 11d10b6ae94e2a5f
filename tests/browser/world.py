"""What the pages show: the first look's ten customers, one of them exported and one erased, all through verbs."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import exports.sample

FOLDERS = ("default", "exports", "evidence", "platform_media")
LONG = "Östersjöns " + "folkhögskoleförening" * 3 + " مدرسة"
"""About eighty letters, most of them one word wider than a phone, with an Ö and some that run from right to left."""


@dataclass(frozen=True)
class World:
    """People who sign in, and the agreements that tests open."""

    sam: Any
    charlie: Any
    consultant: Any
    """A contact of two customers."""

    @property
    def long_entry(self) -> Any:
        """The journal's newest entry with a digest among its facts: a word wider than a phone."""
        from offboarding.models import JournalEntry

        return JournalEntry.objects.filter(facts__manifest_sha256__regex="^.{64}$").latest("pk")

    def agreement(self, number: str) -> Any:
        from offboarding.models import Agreement

        return Agreement.objects.select_related("customer").get(number=number)


def settings_of(ground: Path) -> dict[str, Any]:
    """Settings that keep everything this world writes below ``ground``."""
    places = {
        name: {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(ground / name)}}
        for name in FOLDERS
    }
    return {
        "STORAGES": {
            **places,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        "DATA_MAP": Path(exports.sample.__file__).parent / "datamap.toml",
        "PLATFORM_URLS": {"platform": f"sqlite:///{ground / 'platform.sqlite3'}"},
        "EXPORT_WORK_DIR": ground / "work",
        "DELETION_WORK_DIR": ground / "deletion",
        "EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend",
        "VENDOR_NAME": "Example Learning AB",
    }


def make(platform: str) -> World:
    """The world, in an empty database; ``platform`` is the sample platform's own."""
    from django.contrib.auth.models import User
    from django.core.files.storage import storages
    from django.core.management import call_command

    from exports import jobs, worker
    from exports.sample.platform import create
    from offboarding.models import Agreement, Contact, Customer
    from retention.sample import cases, cast, erasing

    sam = User.objects.create_superuser("sam", "sam@vendor.example", "correct horse battery staple")
    charlie = User.objects.create(username="charlie", is_staff=True, password="!")
    cast.enter()
    summary = create(platform, storages["platform_media"], size=300)
    leaving = cases.make(summary.tenants, sam)
    Customer.objects.filter(tenant_key="d-6").update(name=LONG[:255])
    call_command("send_reminders", stdout=io.StringIO())
    erasing.erase_one(io.StringIO())
    erasing.enforce(io.StringIO())
    for number in ("A-1002", "A-1006"):
        customer = Agreement.objects.get(number=number).customer
        consultant = Contact.objects.create(customer=customer, name="Kim Rådberg", email="kim@consultant.example")
    jobs.request_export(Customer.objects.get(name__startswith="Fj"), by=sam)
    worker.run(jobs.request_export(leaving, by=sam).pk)  # last: the walk opens the newest entries, and its have digests
    return World(sam, charlie, consultant)
