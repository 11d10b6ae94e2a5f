"""The vendor's own rows: reference tables that are context for a customer, and tables that are nobody's data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from exports.sample.world import NOW, Batch, World, moment, uuid4

COUNTRIES = [
    ("SE", "Sweden", "Sverige", "+46"), ("GB", "United Kingdom", "Storbritannien", "+44"),
    ("NO", "Norway", "Norge", "+47"), ("DK", "Denmark", "Danmark", "+45"), ("FI", "Finland", "Finland", "+358"),
    ("IS", "Iceland", "Island", "+354"), ("IE", "Ireland", "Irland", "+353"), ("AX", "Åland", "Åland", "+358"),
]  # fmt: skip
LANGUAGES = [
    ("sv", "Swedish", "svenska", False), ("en", "English", "English", False), ("fi", "Finnish", "suomi", False),
    ("se", "Northern Sami", "davvisámegiella", False), ("ar", "Arabic", "العربية", True),
    ("so", "Somali", "Soomaali", False), ("uk", "Ukrainian", "українська", False), ("fa", "Persian", "فارسی", True),
]  # fmt: skip


def reference(world: World) -> Iterator[Batch]:
    everyone = tuple(world.tenants)
    yield Batch("countries", COUNTRIES, everyone)
    yield Batch("languages", LANGUAGES, everyone)
    yield Batch("help_articles", [
        (slug, world.vendor(title), world.vendor("Open the course and choose …"), NOW - timedelta(days=9))
        for slug, title in (("enrol", "How to enrol"), ("intyg", "Var finns mitt intyg?"), ("sso", "Single sign-on"))
    ])  # fmt: skip


def excluded(world: World) -> Iterator[Batch]:
    rng = world.rng("vendor")
    yield Batch("django_migrations", [
        (number, app, f"{number:04}_{app}", NOW - timedelta(days=900 - number))
        for number, app in enumerate(("auth", "sessions", "people", "courses", "learning", "reports"), start=1)
    ])  # fmt: skip
    yield Batch("django_session", [
        (rng.randbytes(16).hex(), world.vendor(rng.randbytes(40).hex()), moment(rng, NOW, NOW + timedelta(days=14)))
        for _ in range(40)
    ])  # fmt: skip
    yield Batch("background_jobs", [
        (uuid4(rng), "learning.tasks.render_certificate", rng.randbytes(24), rng.choice(["done", "failed", "queued"]),
         moment(rng, NOW - timedelta(days=3)))
        for _ in range(25)
    ])  # fmt: skip
