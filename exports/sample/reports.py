"""Reports and analytics: generated report files, daily usage, the activity log, settings, the list of stored objects,
and grades of an older system."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

from exports.sample import media, words
from exports.sample.world import NOW, Batch, Row, Tenant, World, moment

METRICS = ("logins", "active_learners", "lessons_completed", "storage_bytes", "mean_score")
ACTIONS = ("login", "lesson.view", "lesson.view", "lesson.view", "quiz.start", "material.download", "search", "logout")
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15",
    "LärAppen/4.2 (Android 14; sv_SE)",
    None,
)


def prepare(world: World) -> None:
    """Gives the reports their ids early: comments speak about them."""
    for tenant in world.tenants:
        if tenant.people:
            tenant.reports += [world.next_id("reports") for _ in range(4 + tenant.documents // 4)]


def batches(world: World) -> Iterator[Batch]:
    for tenant in world.tenants:
        if tenant.people:
            yield Batch("betyg_äldre", _old_grades(world, tenant), (tenant,))
            yield Batch("reports", _reports(world, tenant), (tenant,))
            yield Batch("usage_statistics", _usage(world, tenant), (tenant,))
            yield Batch("activity_log", _activity(world, tenant), (tenant,))
            yield Batch("app_settings", _settings(world, tenant), (tenant,))
    yield Batch("app_settings", _vendor_settings(world))
    for tenant in world.tenants:
        yield Batch("stored_objects", _stored_objects(world, f"{tenant.folder}/", tenant.mark), (tenant,))
    yield Batch("stored_objects", _stored_objects(world, "shared/", world.vendor))


def _old_grades(world: World, tenant: Tenant) -> Iterator[Row]:
    """A table that came with an older system: no keys, everything text, the customer known by its code."""
    rng = world.rng("grades", tenant)
    for _ in range(10 + len(tenant.people) // 10):
        row = (
            tenant.customer_code,
            f"{rng.randint(0, 99):02}{rng.randint(1, 12):02}{rng.randint(1, 28):02}-0000",
            tenant.mark(rng.choice(words.SUBJECTS[tenant.language])),
            rng.choice(["IG", "G", "VG", "MVG", "", None, "3", "+", "-"]),
            rng.choice(["1999-12-31", "10-20", "vt 98", "2001/02", None]),
        )
        yield row
        if rng.random() < 0.1:
            yield row


def _reports(world: World, tenant: Tenant) -> Iterator[Row]:
    rng = world.rng("reports", tenant)
    for number, report in enumerate(tenant.reports):
        last = NOW.date().replace(day=1) - timedelta(days=30 * number + 1)
        first = last.replace(day=1)
        path = None
        if number % 5 != 4:
            path = f"{tenant.folder}/reports/{first:%Y-%m}-{report}.{'pdf' if number % 4 == 3 else 'csv'}"
            lines = [[tenant.mark("kurs"), "deltagare", "=1+1"]]
            lines += [[str(course.id), f"0{course.version}", "10-20"] for course in tenant.courses]
            pages = media.pdf(tenant.mark("Rapport"), [" ".join(line) for line in lines[:15]])
            world.shelf.put(path, pages if path.endswith("pdf") else media.table(lines))
        yield (
            report,
            tenant.id,
            rng.choice([None, *(person.id for person in tenant.teachers[:5])]),
            tenant.mark(f"{first:%Y-%m} {rng.choice(words.SUBJECTS[tenant.language])}"),
            first,
            last,
            {"from": first.isoformat(), "note": tenant.mark(words.text(rng, tenant.language)), "limit": 1e21},
            path,
            moment(rng, NOW - timedelta(days=30 * number), NOW - timedelta(days=30 * number - 1)),
        )


def _usage(world: World, tenant: Tenant) -> Iterator[Row]:
    rng = world.rng("usage", tenant)
    for back in range(min(730, 20 + len(tenant.people)), 0, -1):
        day = (NOW - timedelta(days=back)).date()
        for metric in METRICS:
            value = Decimal(rng.randrange(10**6)) / 100 if metric == "mean_score" else Decimal(rng.randrange(10**11))
            yield tenant.id, day, metric, value


def _activity(world: World, tenant: Tenant) -> Iterator[Row]:
    """In order of time over two years; about one row in 200 was written two or three times."""
    rng = world.rng("activity", tenant)
    people = [person.id for person in tenant.people]
    objects = [lesson for course in tenant.courses for lesson in course.lessons]
    agents = [agent and tenant.mark(agent) for agent in AGENTS]
    at = NOW - timedelta(days=760)
    step = 760 * 86400 / tenant.activity
    number = 0
    while number < tenant.activity:
        at += timedelta(seconds=step * rng.random() * 1.99)
        action = rng.choice(ACTIONS)
        found = rng.randrange(0, 8) if action == "search" else None
        row = (
            at,
            tenant.id,
            rng.choice(people) if found != 0 else None,
            action,
            "lesson" if action == "lesson.view" else None,
            rng.choice(objects) if action == "lesson.view" else None,
            f"203.0.113.{rng.randrange(256)}",
            rng.choice(agents),
            None if found is None else {"q": tenant.mark(words.text(rng, tenant.language)), "hits": found},
        )
        for _ in range(rng.choice((2, 3)) if rng.random() < 0.005 else 1):
            number += 1
            yield row


def _settings(world: World, tenant: Tenant) -> Iterator[Row]:
    """Settings of a customer are known by a key inside the JSON; another number there is a trap."""
    rng = world.rng("settings", tenant)
    other = rng.choice([one.id for one in world.tenants if one is not tenant])
    values: list[dict[str, object]] = [
        {"colour": "#00509e", "footer": tenant.mark("© Alla rättigheter")},
        {"welcome": tenant.mark(words.text(rng, tenant.language, 2)), "retries": 3, "ratio": 0.10},
        {"template": "standard", "copied_from": other, "nested": {"organisation": other}},
        {"enabled": True, "domains": [f"{tenant.slug}.example"], "note": tenant.mark("=1+1")},
    ]
    for name, value in zip(("branding", "onboarding", "certificates", "single_sign_on"), values, strict=True):
        yield world.next_id("app_settings"), name, {"organisation": tenant.id, **value}


def _vendor_settings(world: World) -> Iterator[Row]:
    for name in ("maintenance", "rate_limits", "templates"):
        yield world.next_id("app_settings"), name, {"note": world.vendor("for all customers"), "version": 7}
    yield world.next_id("app_settings"), "banner", {"organisation": None, "note": world.vendor("nobody's")}


def _stored_objects(world: World, prefix: str, mark: Callable[[str], str]) -> Iterator[Row]:
    """One row per file, known to be a customer's only by how its key begins."""
    rng = world.rng(f"objects {prefix}")
    for path, size in sorted(world.shelf.sizes.items()):
        if path.startswith(prefix):
            yield path, mark(path.rpartition("/")[2]), size, moment(rng, NOW - timedelta(days=700))
