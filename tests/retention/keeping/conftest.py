"""Alice's data in a small platform, on 20 November 2026; beside it Bob's, of whom nothing moves."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from retention.reach import Reach

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PLATFORM = """
CREATE TABLE orgs (id int PRIMARY KEY, name text, created_at timestamp with time zone);
CREATE TABLE invoices (id int PRIMARY KEY, org_id int REFERENCES orgs (id), issued_on date, paid_at timestamp,
    booked_at timestamp with time zone, note text);
CREATE TABLE courses (id int PRIMARY KEY, org_id int REFERENCES orgs (id), title text);
CREATE TABLE countries (code text PRIMARY KEY);
INSERT INTO orgs VALUES (7, 'Alice Academy', '2020-01-01Z'), (8, 'Bob School', '2020-01-01Z');
INSERT INTO invoices VALUES (80, 8, '2039-06-30', '2039-06-30', '2039-06-30Z', '2039-06-30');
"""
MAP = """
version = 1
[stores.platform]
kind = "database"
tenant = { collection = "orgs", field = "id", name_field = "name", created_field = "created_at" }
[stores.platform.collections.orgs]
category = "users"
tenant_field = "id"
fields = { id = "integer", name = "text", created_at = "timestamp with time zone" }
[stores.platform.collections.invoices]
category = "reports"
tenant_field = "org_id"
[stores.platform.collections.invoices.fields]
id = "integer"
org_id = "integer"
issued_on = "date"
paid_at = "timestamp without time zone"
booked_at = "timestamp with time zone"
note = { type = "text", file = { store = "pdfs", prefix = "notes/" } }
# of the invoices
[stores.platform.collections.courses]
category = "courses"
tenant_field = "org_id"
fields = { id = "integer", org_id = "integer", title = "text" }
[stores.platform.collections.countries]
category = "users"
ownership = "reference"
everything = true
fields = { code = "text" }
[stores.media]
kind = "files"
storage = "platform_media"
prefixes = [ { prefix = "org/{tenant}/", category = "courses" } ]
[stores.pdfs]
kind = "files"
storage = "platform_media"
"""
KEPT = """
[stores.platform.collections.invoices.retention]
ground = "bookkeeping"
source = "bokföringslagen (1999:1078) 7 kap. 2 §"
rule = "bookkeeping"
years = 7
counted_from = "column"
counted_column = "issued_on"
"""
INVOICES = Reach(tables=frozenset({("platform", "invoices")}))
EVERYTHING = Reach(everything=True)


@pytest.fixture(autouse=True)
def november(time_machine):
    """It is 20 November 2026; ``time_machine`` moves on from there."""
    time_machine.move_to(NOW, tick=False)


@pytest.fixture(autouse=True)
def datamap(settings, tmp_path: Path):
    """``datamap(text)`` is the map of the settings from then on; at first the one above."""

    def write(text: str = MAP):
        from exports.datamap import load

        path = tmp_path / "datamap.toml"
        path.write_text(text)
        settings.DATA_MAP = path
        return load(path)

    write()
    return write


def ended(customer, number: str, **terms: Any):
    """An agreement of 2026 that does not renew itself; its data may go from 1 April 2027."""
    from offboarding import endings
    from offboarding.models import Agreement

    year = {"term_start": date(2026, 1, 1), "term_end": date(2026, 12, 31), "auto_renews": False}
    agreement = Agreement.objects.create(customer=customer, number=number, **year | terms)
    endings.register(agreement, by=None)
    agreement.refresh_from_db()
    return agreement


@pytest.fixture
def hers(alice):
    from offboarding.models import Contact

    Contact.objects.create(customer=alice, name="Ada", email="ada@alice.example", may_confirm=True)
    return ended(alice, "A-1")


@pytest.fixture(autouse=True)
def his(bob):
    """Bob's agreement: after every test it is as it was, and the journal says nothing new of it."""
    from offboarding.models import Agreement, JournalEntry, Letter

    agreement = ended(bob, "B-1")
    before = Agreement.objects.values().get(pk=agreement.pk)
    entries = JournalEntry.objects.filter(customer=bob.pk).count()
    yield agreement
    assert Agreement.objects.values().get(pk=agreement.pk) == before
    assert JournalEntry.objects.filter(customer=bob.pk).count() == entries
    assert not Letter.objects.filter(customer=bob).exists()


@pytest.fixture
def lea(permit, db):
    """A lawyer: she may place and release holds, and decide duties."""
    from django.contrib.auth.models import User

    user = User.objects.create(username="lea", is_staff=True)
    return permit(user, "place_legalhold", "release_legalhold", "decide_retentionduty")


@pytest.fixture
def held(hers, lea):
    """``held(reach)`` places a hold of Alice's data by lea."""
    from retention import holds

    def place(reach: Reach = EVERYTHING, **other: Any):
        asked = {
            "ground": "court", "reference": "T 1234-26", "requested_by": "Attunda tingsrätt", "because": "A lawsuit.",
            "review_on": date(2027, 3, 1), "tell": True, "by": lea,
        }  # fmt: skip
        return holds.place(hers.customer, reach=reach, **asked | other)

    return place


def newest(event: str):
    """The facts, reason and actor of the last entry of this event."""
    from offboarding.models import JournalEntry

    entry = JournalEntry.objects.filter(event=event).order_by("-seq").first()
    assert entry is not None, event
    return entry


def events() -> list[str]:
    """What the journal tells of Alice and of nobody, in order, without registrations and dates."""
    from offboarding.models import Customer, JournalEntry

    hers = Customer.objects.filter(tenant_key="7").values_list("pk", flat=True).first()
    found = JournalEntry.objects.filter(customer__in=[hers] if hers else []) | JournalEntry.objects.filter(
        customer=None
    )
    words = ("hold", "plan", "duty", "deletion", "run")
    return [name for name in found.order_by("seq").values_list("event", flat=True) if name.partition(".")[0] in words]


def letters() -> list[str]:
    from offboarding.models import Letter

    return list(Letter.objects.order_by("pk").values_list("occasion", flat=True))
