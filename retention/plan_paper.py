"""A deletion plan as a paper: what its page shows, and who made and approved it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from offboarding.journal_chain import instant
from offboarding.paper import Block, Column, Facts, Grid, Heading, Paper, Text
from offboarding.rule_words import day_in_words
from retention import certificate_words as words
from retention import plan_content, plan_words, refusal_words
from retention.certificate_records import named
from retention.models import DeletionPlan

Shown = Mapping[str, Any]


def paper(plan: DeletionPlan, language: str) -> Paper:
    """The plan in a language, for those who approve it and for the file."""
    with translation.override(language):
        shown, title = plan_words.shown(plan), _("Deletion plan %(number)s") % {"number": plan.pk}
        told = {"customer": plan.content["customer"]["name"], "what": shown["totals"]}
        lead = _("If this plan is approved and carried out, %(what)s of %(customer)s will be deleted for good.")
        return Paper(
            title=title,
            language=language,
            vendor=settings.VENDOR_NAME,
            footer=f"{settings.VENDOR_NAME} · {title} · {plan.sha256[:12]}",
            blocks=[
                Text(lead % told, "lead"),
                *_refusals(plan.content),
                Facts(list(_facts(plan, shown))),
                Heading(_("Whose data it is")),
                *(block for one in shown["identities"] for block in _identity(one)),
                Heading(_("What goes, in this order")),
                *(block for one in shown["databases"] for block in _database(one)),
                *(block for one in shown["files"] for block in _files(one)),
                *_own(shown["own"]),
                Heading(_("What stays, why and until when")),
                *_kept(shown),
                _seal(plan, shown),
            ],
            made=plan.made_at,
        )


def _refusals(content: dict[str, Any]) -> Iterator[Block]:
    found = [f"{store}: {refusal_words.sentence(one)}" for store, one in plan_content.refusals(content)]
    if found:
        yield Text(_("It cannot be carried out as things stand:"), "strong")
        yield from map(Text, found)


def _facts(plan: DeletionPlan, shown: Shown) -> Iterator[tuple[str, str]]:
    customer, delete_from = plan.content["customer"], plan.content["agreement"]["delete_from"]
    yield _("Customer"), f"{customer['name']} · {_('key')} {customer['tenant_key']}"
    yield _("Agreement and its reference"), f"{plan.agreement.number} {plan.agreement.reference}"
    yield _("Occasion"), str(plan.get_occasion_display())
    yield _("Nothing is deleted before"), day_in_words(date.fromisoformat(delete_from)) if delete_from else "–"
    yield _("Made"), f"{words.moment(instant(plan.made_at))} · {words.person(named(plan.made_by))}"
    yield _("It will take"), shown["seconds"]
    for one in plan.approvals.select_related("approved_by").order_by("pk"):
        text = f"{one.approved_by.get_username()} · {words.moment(instant(one.approved_at))}"
        if one.withdrawn_at:
            text = f"{text} · {_('withdrawn')} {words.moment(instant(one.withdrawn_at))}"
        yield _("Approved by"), text


def _identity(one: Shown) -> Iterator[Block]:
    yield Heading(f"{_('Database')}: {one['store']}", 3)
    if not one["found"]:
        yield Text(_("The tenant’s row was not found."))
        return
    titles = [_("Compared"), _("The platform says"), _("Known here"), _("Agrees")]
    columns = [Column(title, width) for title, width in zip(titles, (24, 34, 30, 12), strict=True)]
    yes, no = _("yes"), _("no")
    yield Grid(
        columns, [[title, there, here, yes if agrees else no.upper()] for title, there, here, agrees in one["checks"]]
    )


def _database(one: Shown) -> Iterator[Block]:
    yield Heading(f"{_('Database')}: {one['store']} ({one['engine']})", 3)
    columns = [
        Column("", 6), Column(_("Table"), 27), Column(_("Category"), 13), Column(_("Rows that go"), 13, True),
        Column(_("That stay"), 13, True), Column(_("Note"), 28),
    ]  # fmt: skip
    rows = [
        [
            str(table["number"]),
            table["name"],
            table["category"],
            table["rows"],
            table["stay"],
            "; ".join(table["notes"]),
        ]
        for table in one["tables"]
    ]
    yield Grid(columns, rows, total=["", _("All"), "", one["rows"], one["stay"], ""])
    for broken in one["broken"]:
        said = _("Set to empty in the same batch, to break a circle: %(reference)s")
        yield Text(said % {"reference": broken}, "quiet")


def _files(one: Shown) -> Iterator[Block]:
    yield Heading(f"{_('Files')}: {one['store']} ({one['storage']})", 3)
    columns = [
        Column(_("Place"), 34), Column(_("Category"), 13), Column(_("Files"), 12, True), Column(_("Size"), 13, True),
        Column(_("Note"), 28),
    ]  # fmt: skip
    notes = [[*place["more"], *place["notes"], *place["parts"]] for place in one["places"]]
    yield Grid(
        columns,
        [
            [place["name"], place["category"], place["objects"], place["size"], "; ".join(note)]
            for place, note in zip(one["places"], notes, strict=True)
        ],
    )


def _own(rows: Any) -> Iterator[Block]:
    if rows:
        yield Heading(_("In our own application"), 3)
        yield Grid([Column("", 72), Column("", 28, True)], rows, titled=False)


def _kept(shown: Shown) -> Iterator[Block]:
    if shown["kept"]:
        titles = [_("Kept by"), _("Ground"), _("What"), _("Until when")]
        columns = [Column(title, width) for title, width in zip(titles, (20, 30, 28, 22), strict=True)]
        yield Grid(
            columns, [[one["title"], one["ground"], "; ".join(one["reach"]), one["until"]] for one in shown["kept"]]
        )
    else:
        yield Text(_("No hold and no duty keeps anything."))
    if shown["attested"]:
        yield Heading(_("Other copies, to be attested"), 3)
        columns = [
            Column(_("Store"), 18), Column(_("What it is"), 42), Column(_("To be attested by"), 24),
            Column(_("Days it lives"), 16, True),
        ]  # fmt: skip
        names = ("store", "description", "attester", "keep_days")
        yield Grid(columns, [[str(one[name]) for name in names] for one in shown["attested"]])


def _seal(plan: DeletionPlan, shown: Shown) -> Facts:
    rows = [(_("SHA-256 of the plan"), plan.sha256), (_("SHA-256 of the data map"), shown["datamap_sha256"])]
    return Facts(rows, seal=True)
