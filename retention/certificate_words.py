"""A certificate's content in words of the active language: for its PDF and for the public page.

Words claim what was verified and no more. NIST SP 800-88 Rev. 2 speaks of media; rows and files that are deleted among
those of other customers are none of its methods, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exports.cover import number
from exports.labels import category_names
from offboarding import clock
from offboarding.rule_words import day_in_words
from retention.models import Certificate, DeletionPlan, LegalHold

Content = Mapping[str, Any]
TITLES = {
    "live_erased": gettext_lazy("Certificate of deletion"),
    "copies_gone": gettext_lazy("Supplement: the other copies are gone"),
    "remainder": gettext_lazy("Supplement: what was kept is deleted"),
    "found_again": gettext_lazy("Supplement: data was found again"),
    "erased_again": gettext_lazy("Supplement: deleted again"),
}
LEADS = {
    "live_erased": gettext_lazy(
        "The data of %(customer)s has been deleted from the systems listed here. What remains, why and until when "
        "stands in section “What remains”."
    ),
    "copies_gone": gettext_lazy(
        "Those who hold the other copies of the data of %(customer)s have attested that nothing of it is left there, "
        "and every later look has been made."
    ),
    "remainder": gettext_lazy(
        "What had to be kept of the data of %(customer)s for a time has been deleted, as far as it stands here."
    ),
    "found_again": gettext_lazy(
        "A later look found data of %(customer)s again. The case is open until it is deleted; this supplement "
        "says what was found."
    ),
    "erased_again": gettext_lazy(
        "Data of %(customer)s that had come back has been deleted again from the systems listed here."
    ),
}
METHODS = {
    "rows_deleted": gettext_lazy(
        "Logical deletion: the database deleted each row, together with its entries in indexes. The storage media, "
        "which other customers share, were neither cleared, purged nor destroyed."
    ),
    "files_deleted": gettext_lazy(
        "Logical deletion: each file was deleted, with all its versions, delete markers and unfinished uploads that "
        "the storage knows. The storage media, which other customers share, were neither cleared, purged nor destroyed."
    ),
}
VERIFICATIONS = {
    "counted": gettext_lazy("After the last batch of each table its remaining rows were counted; see column “Left”."),
    "listed": gettext_lazy("After the last batch of each place it was listed again to the end; see column “Left”."),
}
VALIDATIONS = {
    "searched": gettext_lazy(
        "A separate search, by another way than the deletion, found nothing more than stands here."
    ),
    "found": gettext_lazy("A separate search found data again; see “What remains”."),
    "unsure": gettext_lazy("A separate search found data that may be somebody else’s; see “What remains”."),
    "not_looked": gettext_lazy("No separate search has been made yet."),
}
OWN = {
    "packages": gettext_lazy("Export packages that we had made"),
    "traces": gettext_lazy("Sessions, tasks and uploads in our own application"),
}
REMAINS = {
    "rows": gettext_lazy("Rows"),
    "files": gettext_lazy("Files"),
    "some_files": gettext_lazy("Some of the files"),
    "shared_rows": gettext_lazy("Rows that other customers use too"),
    "shared_files": gettext_lazy("Files that other customers use too"),
    "locked_files": gettext_lazy("Files that the storage has locked"),
    "copy": gettext_lazy("Copies in another system"),
    "freed_rows": gettext_lazy("Traces in freed storage and in the database’s log of changes"),
    "freed_files": gettext_lazy("Traces in freed storage"),
    "contacts": gettext_lazy("Names and addresses of contacts, letters and notices of this case"),
    "evidence": gettext_lazy("This certificate, the journal of the case, and a record that prevents a return"),
    "found": gettext_lazy("Data found again"),
    "unsure": gettext_lazy("Data that may be somebody else’s"),
}
WHY = {
    "shared": gettext_lazy("Other customers’ data refers to them."),
    "lock": gettext_lazy("The storage’s object lock lets nobody delete them yet."),
    "attested": gettext_lazy("They live in copies that this application does not reach, until those grow old."),
    "overwritten": gettext_lazy(
        "Deleting frees space without overwriting it. Ordinary access does not reach it any more."
    ),
    "final": gettext_lazy("Needed to close the case: letters, questions, attestations."),
    "evidence": gettext_lazy("To prove the deletion, and to notice if a restored backup brings the data back."),
    "erasing": gettext_lazy("Found by a later look."),
    "settled": gettext_lazy("A person has to look at it."),
    "unknown": gettext_lazy("See the plan."),
}
UNTIL = {
    "shared": gettext_lazy("for as long as others use them"),
    "lock": gettext_lazy("until the lock ends; they are deleted after that"),
    "overwritten": gettext_lazy("until the storage is used again"),
    "final": gettext_lazy("until the deletion is final"),
    "evidence": gettext_lazy("for as long as the proof may be needed"),
    "erasing": gettext_lazy("until it is deleted; another supplement follows"),
    "settled": gettext_lazy("until that is settled"),
    "hold": gettext_lazy("until the hold is released"),
    "law": gettext_lazy("for as long as the law requires it"),
    "unknown": gettext_lazy("not known"),
}


def title(content: Content) -> str:
    """What kind of certificate it is."""
    return str(TITLES[content["occasion"]])


def lead(content: Content) -> str:
    """What it says, in a sentence or two."""
    return str(LEADS[content["occasion"]]) % {"customer": content["customer"]["name"]}


def occasion_of_plan(content: Content) -> str:
    """Why the plan was made."""
    return str(dict(DeletionPlan.Occasion.choices).get(content["plan"]["occasion"], content["plan"]["occasion"]))


def occasion(content: Content) -> str:
    """Why the certificate was issued."""
    return str(dict(Certificate.Occasion.choices)[content["occasion"]])


def moment(text: str) -> str:
    """``1 April 2027, 14:05:33 (UTC+02:00)`` in the vendor's zone; ``–`` for none."""
    if not text:
        return "–"
    local = datetime.fromisoformat(text).astimezone(clock.zone())
    offset = local.strftime("%z")
    return f"{date_format(local, 'j F Y, H:i')} (UTC{offset[:3]}:{offset[3:5]})"


def short_moment(text: str) -> str:
    """``2027-04-01 14:05``, for columns."""
    return f"{datetime.fromisoformat(text).astimezone(clock.zone()):%Y-%m-%d %H:%M}" if text else "–"


def day(text: str) -> str:
    """``Thursday 1 April 2027`` for an ISO day; ``–`` for none."""
    return day_in_words(date.fromisoformat(text)) if text else "–"


def count(value: int | None) -> str:
    """Digits in groups of three; ``–`` where nothing was counted."""
    return "–" if value is None else number(value)


def person(name: str) -> str:
    """A person's name, or what a machine is."""
    return _("a scheduled job of the system") if name.startswith("machine:") else name


def category(code: str) -> str:
    """The name of a category."""
    return category_names([code])


def place(name: str) -> str:
    """A table or the beginning of file names; files that rows name elsewhere have no such beginning."""
    return _("named by rows, elsewhere") if name.startswith("named:") else name or "/"


def look(one: Content) -> str:
    """What was looked at, and what came of it."""
    looked = one["looked_at"]
    parts = [*_databases_in_words(looked.get("databases", {})), *_files_in_words(looked.get("files", {}))]
    return "; ".join(parts) or "–"


def _databases_in_words(looked: Mapping[str, Any]) -> Iterator[str]:
    for store, one in looked.items():
        yield _(
            "%(store)s: %(tables)s tables with %(columns)s columns searched for the tenant’s key, %(keys)s keys"
        ) % {
            "store": store,
            "tables": count(one["tables"]),
            "columns": count(one["columns"]),
            "keys": count(one["keys"]),
        }


def _files_in_words(looked: Mapping[str, Any]) -> Iterator[str]:
    for store, one in looked.items():
        text = ngettext(
            "%(store)s: %(places)s place listed", "%(store)s: %(places)s places listed", one["places"]
        )  # fmt: skip
        yield text % {"store": store, "places": count(one["places"])}


def outcome(one: Content) -> str:
    """What a look came to."""
    if one["passed"] is True:
        return _("nothing of the customer’s")
    return _("possibly somebody else’s data") if one["passed"] is None else _("data was found")


# What remains ---------------------------------------------------------------------------------------------------------


def what_remains(one: Content) -> str:
    """What it is, with its place and amount."""
    what = str(REMAINS[one["what"]])
    amount = f" ({count(one['amount'])})" if one["amount"] is not None else ""
    where = ": ".join(part for part in (one["store"], place(one["name"]) if one["name"] else "") if part)
    return f"{what}{amount} – {where}" if where else f"{what}{amount}"


def why_it_remains(one: Content) -> str:
    """Every reason, each once."""
    if one["why"]:
        return "; ".join(dict.fromkeys(_reason(reason) for reason in one["why"]))
    return str(WHY[one["ends"]])


def until_when(one: Content) -> str:
    """The last day, or what ends it."""
    if one["until"]:
        template = _("%(day)s, when it is to be attested") if one["ends"] == "attested" else _("to the end of %(day)s")
        return template % {"day": day(one["until"])}
    return str(UNTIL[one["ends"]])


def _reason(one: Content) -> str:
    kind = one["why"]
    if kind == "hold":
        grounds = dict(LegalHold.Ground.choices)
        return _("legal hold %(number)s: %(ground)s") % {
            "number": one["number"], "ground": grounds.get(one["ground"], one["ground"]),
        }  # fmt: skip
    if kind == "duty":
        return _("retention duty %(number)s: %(ground)s") % {"number": one["number"], "ground": one["ground"]}
    if kind == "law":
        return _("the law requires us to keep it")
    templates = {
        "refers": _("rows of “%(table)s”, which is kept, refer to it"),
        "leads": _("“%(table)s”, which is kept, cannot be understood without it"),
        "together": _("goes or stays together with “%(table)s”"),
    }
    return templates.get(kind, "%(table)s") % {"table": one.get("table", kind)}
