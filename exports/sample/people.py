"""Users: organisations, people with accounts and preferences, some of them in two organisations, and teams."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from exports.sample import media, words
from exports.sample.world import NOW, Batch, Person, Row, Tenant, World, moment, uuid4

SHARING = ("fjord", "quill")
"""The two customers that have some people in common."""


def gather(world: World) -> None:
    """Invents everybody; ids are spread over all customers, so no customer has a range of them."""
    rng = world.rng("people")
    drafts: list[tuple[Tenant, ...]] = []
    by_word = {tenant.word: tenant for tenant in world.tenants}
    common = max(2, by_word[SHARING[0]].learners // 4)
    drafts += [tuple(by_word[word] for word in SHARING)] * common
    for tenant in world.tenants:
        drafts += [(tenant,)] * tenant.learners
    rng.shuffle(drafts)
    for homes in drafts:
        language = homes[0].language if rng.random() < 0.85 else rng.choice(["sv", "en"])
        person = Person(
            id=world.next_id("users"),
            tenants=homes,
            given=rng.choice(words.GIVEN[language]),
            family=rng.choice(words.FAMILY[language]),
            language=language,
            role=rng.choices(("learner", "teacher", "manager", "administrator"), (88, 8, 3, 1))[0],
            created=NOW - timedelta(days=rng.randint(200, 1500), seconds=rng.randrange(86400)),
        )
        for tenant in homes:
            tenant.people.append(person)


def batches(world: World) -> Iterator[Batch]:
    for tenant in world.tenants:
        yield Batch("organisations", [_organisation(world, tenant)], (tenant,))
    for owners in [(tenant,) for tenant in world.tenants] + [_sharing(world)]:
        people = [person for person in owners[0].people if person.tenants == owners]
        yield Batch("users", _users(world, people, owners), owners)
        yield Batch("preferences", _preferences(world, people, owners), owners)
    for tenant in world.tenants:
        yield Batch("memberships", _memberships(world, tenant), (tenant,))
        yield Batch("accounts", _accounts(world, tenant), (tenant,))
        teams, members = _teams(world, tenant)
        yield Batch("teams", teams, (tenant,))
        yield Batch("team_members", members, (tenant,))


def _sharing(world: World) -> tuple[Tenant, ...]:
    return tuple(tenant for word in SHARING for tenant in world.tenants if tenant.word == word)


def _organisation(world: World, tenant: Tenant) -> Row:
    rng = world.rng("organisations", tenant)
    logo = ""
    if tenant.learners:
        logo = f"{tenant.folder}/logo.svg"
        world.shelf.put(logo, media.svg(rng, tenant.mark(tenant.name)))
    return (
        tenant.id,
        tenant.customer_code,
        tenant.slug,
        tenant.mark(tenant.name),
        tenant.registration_number,
        f"{tenant.canary}kontakt@{tenant.slug}.example",
        words.phone(rng, tenant.language),
        tenant.country,
        tenant.language,
        logo,
        world.secret(rng, 16),
        moment(rng, NOW - timedelta(days=1600), NOW - timedelta(days=1500)),
    )


def _users(world: World, people: list[Person], owners: tuple[Tenant, ...]) -> Iterator[Row]:
    rng = _rng(world, "users", owners)
    home = owners[0]
    for number, person in enumerate(people):
        avatar = ""
        if number % 7 == 0 and number < 7 * home.documents // 2:
            avatar = f"{home.folder}/avatars/{person.id}.png"
            world.shelf.put(avatar, media.png(rng, 48, 48, person.mark("avatar")))
            world.name(avatar, *owners)
        last_login = moment(rng, person.created) if rng.random() < 0.9 else None
        street = f"{rng.choice(words.STREETS[person.language])} {rng.randint(1, 120)}{rng.choice(['', '', 'B'])}"
        yield (
            person.id,
            uuid4(rng),
            f"{words.ascii_slug(person.given)}.{words.ascii_slug(person.family)}.{person.id}"
            f"@{person.mark(home.slug).replace(' ', '.')}.example",
            f"pbkdf2_sha256$1000000${world.secret(rng, 8)}$",
            world.secret(rng, 10) if rng.random() < 0.2 else None,
            person.given,
            person.mark(person.family),
            _birth_date(rng, number),
            _personal_number(rng, person),
            words.phone(rng, person.language),
            person.mark(street),
            f"0{rng.randint(10, 99)} {rng.randint(0, 99):02}"
            if person.language == "sv"
            else f"LS{rng.randint(1, 29)} 0AA",
            rng.choice(words.CITIES[person.language]),
            "SE" if person.language == "sv" else "GB",
            person.language,
            person.mark(words.text(rng, person.language, 3)) if rng.random() < 0.4 else "",
            tuple(person.mark(word) for word in rng.sample(words.INTERESTS, rng.randint(0, 3))),
            avatar,
            media.png(rng, 4, 4) if rng.random() < 0.1 else None,
            rng.random() < 0.95,
            last_login,
            _address(rng) if last_login else None,
            person.created,
        )


def _birth_date(rng: Random, number: int) -> date | None:
    """Some are unknown, some were typed in wrongly: before the first day that spreadsheets know."""
    if number % 25 == 3:
        return (date(1899, 12, 31), date(1899, 5, 3), date(1900, 2, 28), date(1900, 3, 1))[number // 25 % 4]
    if rng.random() < 0.05:
        return None
    return date(1950, 1, 1) + timedelta(days=rng.randrange(20_000))


def _personal_number(rng: Random, person: Person) -> str | None:
    """Looks like one; ``-0000`` is never given to anybody."""
    if person.language != "sv" or rng.random() > 0.7:
        return None
    century = rng.choice(["19", "20"])
    return f"{century}{rng.randint(0, 99):02}{rng.randint(1, 12):02}{rng.randint(1, 28):02}-0000"


def _address(rng: Random) -> str:
    """Of the ranges for documentation (RFC 5737, RFC 3849)."""
    return f"203.0.113.{rng.randrange(256)}" if rng.random() < 0.8 else f"2001:db8::{rng.randrange(1, 65536):x}"


def _rng(world: World, area: str, owners: tuple[Tenant, ...]) -> Random:
    return world.rng(" ".join([area, *(tenant.word for tenant in owners)]))


def _preferences(world: World, people: list[Person], owners: tuple[Tenant, ...]) -> Iterator[Row]:
    rng = _rng(world, "preferences", owners)
    for person in people:
        if rng.random() < 0.7:
            data = {
                "theme": rng.choice(["ljust", "mörkt", "auto"]),
                "digest": {"weekday": rng.randrange(7), "hour": 7.5},
                "signature": person.mark(words.text(rng, person.language)),
                "muted": rng.sample(range(1, 50), rng.randint(0, 3)),
                "beta": None,
            }
            yield person.id, data, moment(rng, person.created)


def _memberships(world: World, tenant: Tenant) -> Iterator[Row]:
    rng = world.rng("memberships", tenant)
    for person in tenant.people:
        joined = person.created.date() + timedelta(days=rng.randint(0, 60))
        yield (
            tenant.id,
            person.id,
            person.role,
            tenant.mark(rng.choice(words.JOB_TITLES[tenant.language])),
            f"{rng.randrange(100_000):06}",
            joined,
            joined + timedelta(days=rng.randint(30, 400)) if rng.random() < 0.06 else None,
        )


def _accounts(world: World, tenant: Tenant) -> Iterator[Row]:
    rng = world.rng("accounts", tenant)
    for person in tenant.people:
        for provider in rng.choices(([], ["saml"], ["saml", "google"], ["bankid"]), (2, 4, 1, 3))[0]:
            external = f"{rng.randrange(10**19, 10**20)}"
            yield (
                world.next_id("accounts"),
                tenant.id,
                person.id,
                provider,
                f"{external}{tenant.canary}" if provider == "saml" else external,
                world.secret(rng, 24),
                moment(rng, person.created),
            )


def _teams(world: World, tenant: Tenant) -> tuple[list[Row], list[Row]]:
    rng = world.rng("teams", tenant)
    teams: list[Row] = []
    members: list[Row] = []
    for number in range(min(40, -(-len(tenant.people) // 12))):
        team = world.next_id("teams")
        teams.append((team, tenant.id, tenant.mark(f"{rng.choice(words.CITIES[tenant.language])} {number + 1}")))
        for person in rng.sample(tenant.people, rng.randint(3, min(10, len(tenant.people)))):
            members.append((team, person.id, person.created.date()))
    return teams, members
