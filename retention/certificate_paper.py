"""A certificate as a paper: what ``documents.shown`` says of its content, in the order one reads it.

The signed PDF is drawn from it once, when the certificate is issued, and stays the original. The copy to read in Word
is drawn when somebody asks for it, and says so first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from offboarding.paper import Block, Column, Facts, Grid, Heading, Page, Paper, Text

Shown = Mapping[str, Any]


def paper(shown: Shown, language: str, *, key_id: str, sha256: str, copy: bool = False) -> Paper:
    """``shown`` in words of ``language``, which is the active one; ``copy``: not the original."""
    certificate = shown["certificate"]
    return Paper(
        title=f"{shown['title']}",
        language=language,
        vendor=shown["vendor"],
        footer=f"{shown['vendor']} · {shown['title']} · {certificate['number']}",
        blocks=[
            *(_copied(certificate) if copy else ()),
            Text(shown["lead"], "lead"),
            *_supplement(certificate),
            Facts(list(_facts(shown))),
            Heading(_("What remains, why and until when")),
            Grid([Column(_("What remains"), 36), Column(_("Why"), 36), Column(_("Until when"), 28)], shown["remains"]),
            Heading(_("What was deleted, and how that was checked")),
            *(block for store in shown["stores"] for block in _store(store)),
            *_own(shown["own"]),
            *_looks(shown["looks"]),
            *_copies(shown["copies"]),
            Page(),
            *_reading(),
            _seal(certificate, key_id, sha256),
        ],
        made=datetime.fromisoformat(certificate["issued_at"]),
    )


def _copied(certificate: Shown) -> Iterator[Block]:
    text = _(
        "This Word document is a copy to read. The original is the signed file; whether certificate %(number)s is "
        "ours, and what it says, can be checked at %(address)s with the code %(code)s."
    )
    told = {"number": certificate["number"], "address": certificate["verify"], "code": certificate["code"]}
    yield Text(text % told, "strong")


def _supplement(certificate: Shown) -> Iterator[Block]:
    if supplements := certificate["supplements"]:
        text = _("Supplement to certificate %(number)s, whose signed file has the SHA-256")
        yield Text(f"{text % {'number': supplements['number']}} {supplements['sha256']}.")


def _facts(shown: Shown) -> Iterator[tuple[str, str]]:
    certificate, times = shown["certificate"], shown["times"]
    customer = certificate["customer"]
    yield _("Certificate"), f"{certificate['number']} · {shown['occasion']}"
    yield _("Issued"), shown["issued"]
    yield _("Customer"), f"{customer['name']} · {_('key')} {customer['tenant_key']}"
    for one in certificate["agreements"]:
        yield _("Agreement and its reference"), f"{one['number']} {one['reference']}"
    yield _("Plan"), f"{certificate['plan']['number']} · {shown['plan_occasion']}"
    yield _("Planned by"), f"{shown['planned_by']} · {times['planned']}"
    yield _("Approved by"), f"{certificate['approval']['by']} · {times['approved']}"
    yield _("Deletion began"), times["started"]
    yield _("Live data gone"), times["erased"]
    if certificate["run"]["final_at"]:
        yield _("Deletion final"), times["final"]
    yield _("Run with"), certificate["software"]


def _store(store: Shown) -> Iterator[Block]:
    rows = store["kind"] == "table"
    kind = _("Database") if rows else _("Files")
    yield Heading(f"{kind}: {store['name']} ({store['engine']})", 3)
    told = [("method", _("Method")), ("verification", _("Verification")), ("validation", _("Validation"))]
    yield Facts([(title, str(store[name])) for name, title in told], name_width=18)
    columns = [
        Column(_("Table") if rows else _("Place"), 27),
        Column(_("Category"), 12),
        Column(_("Before"), 12, True),
        Column(_("Deleted"), 12, True),
        Column(_("Kept"), 10, True),
        Column(_("Left"), 8, True),
        Column(_("Checked"), 19, True),
    ]
    cells = [row for piece in store["pieces"] for row in piece]
    yield Grid(columns, cells, total=[_("All"), "", *store["total"], ""])


def _own(rows: Sequence[Sequence[str]]) -> Iterator[Block]:
    if rows:
        yield Heading(_("In our own application"), 3)
        columns = [Column(_("What"), 57), *(Column(title, 12, True) for title in (_("Deleted"), _("Left")))]
        yield Grid([*columns, Column(_("Done"), 19, True)], rows)


def _looks(rows: Sequence[Sequence[str]]) -> Iterator[Block]:
    if rows:
        yield Heading(_("Looked for what is left, by another way"), 3)
        yield Grid([Column(_("When"), 19), Column(_("Where"), 53), Column(_("Found"), 28)], rows)


def _copies(rows: Sequence[Sequence[str]]) -> Iterator[Block]:
    if rows:
        yield Heading(_("Other copies"))
        yield Text(
            _(
                "This application does not reach these. Those who hold them attest that they are gone; we did not look "
                "ourselves."
            ),
            "lead-in",
        )
        titles = [_("Store"), _("What it is"), _("To be attested by"), _("Due"), _("Attested"), _("By")]
        widths = (13, 26, 16, 18, 14, 13)
        yield Grid([Column(title, width) for title, width in zip(titles, widths, strict=True)], rows)


def _reading() -> Iterator[Block]:
    yield Heading(_("How to read this certificate"))
    yield Text(
        _(
            "Method, verification and validation are meant as in NIST SP 800-88 Rev. 2: what was done, whether it was "
            "carried out as intended, and whether it had the wanted effect. That publication is about sanitizing media "
            "(clear, purge, destroy); deleting rows and files is none of these and is called logical deletion here."
        )
    )
    yield Text(
        _(
            "This certificate speaks of the systems that the data map with the hash below names, and of the times it "
            "gives. “Before” was counted for the plan, “Deleted” while deleting, “Left” afterwards. It says nothing of "
            "copies that the customer, its users or others made for themselves."
        )
    )


def _seal(certificate: Shown, key_id: str, sha256: str) -> Facts:
    number, code = _("Number"), _("Code")
    rows = [
        (number, certificate["number"]),
        (code, certificate["code"]),
        (_("Check it at"), certificate["verify"]),
        (_("SHA-256 of the signed file"), sha256),
        (_("Signed (Ed25519) with key"), key_id),
        (_("SHA-256 of the plan"), certificate["plan"]["sha256"]),
        (_("SHA-256 of the data map"), certificate["data_map_sha256"]),
    ]
    return Facts(rows, seal=True, codes=[number, code])
