"""A deletion plan in words and figures of the reader's language, for its page and its PDF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exports.labels import category_names
from exports.progress import grouped
from offboarding import clock
from offboarding.rule_words import day_in_words
from retention import identity, plan_content, reach_words, refusal_words
from retention.models import DeletionPlan, LegalHold
from retention.reach import Reach

Content = Mapping[str, Any]
COUNTS = {
    "versions": gettext_lazy("versions"),
    "markers": gettext_lazy("delete markers"),
    "uploads": gettext_lazy("unfinished uploads"),
    "locked": gettext_lazy("locked"),
    "shared": gettext_lazy("used by others too"),
    "kept": gettext_lazy("kept"),
    "foreign": gettext_lazy("in folders of others"),
}
OWN = {
    "export_jobs": gettext_lazy("records of exports"),
    "volumes": gettext_lazy("volumes of export packages"),
    "volume_bytes": gettext_lazy("size of the export packages"),
    "queued_tasks": gettext_lazy("tasks that wait in the queue"),
    "task_results": gettext_lazy("results of tasks"),
    "sessions": gettext_lazy("sessions"),
    "contacts": gettext_lazy("contacts"),
    "accounts": gettext_lazy("accounts to sign in with"),
    "letters": gettext_lazy("letters"),
    "messages": gettext_lazy("messages"),
    "notices": gettext_lazy("termination notices"),
}
WORTH = 60
"""Seconds that a table has to take before its time is told beside it."""


def shown(plan: DeletionPlan) -> dict[str, Any]:
    """Every part of the document."""
    content = plan.content
    totals = plan_content.totals(content)
    return {
        "totals": _in_one_sentence(totals),
        "seconds": duration(_seconds(content)),
        "identities": [_identity(found, content) for found in content["databases"]],
        "databases": [_database(found, content) for found in content["databases"]],
        "files": [_files(found) for found in content["files"]],
        "own": [(_own_name(name), _own(name, value)) for name, value in sorted(content["own"].items()) if value],
        "attested": content["attested"],
        "kept": [_kept(one) for one in content["kept"]],
        "unindexed": [{**one, "seconds": duration(one["seconds"])} for one in content["unindexed"]],
        "datamap_sha256": content["datamap_sha256"],
    }


def _in_one_sentence(totals: plan_content.Totals) -> str:
    rows = ngettext("%(count)s row", "%(count)s rows", totals.rows) % {"count": grouped(totals.rows)}
    if not totals.files:
        return rows
    files = ngettext("%(count)s file", "%(count)s files", totals.files) % {"count": grouped(totals.files)}
    return _("%(rows)s and %(files)s") % {"rows": rows, "files": f"{files} ({filesizeformat(totals.bytes)})"}


def duration(seconds: int) -> str:
    """About how long, in the largest unit that makes sense."""
    if seconds < 60:
        return _("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 120:
        return ngettext("about %(count)s minute", "about %(count)s minutes", minutes) % {"count": minutes}
    hours = round(minutes / 60)
    return ngettext("about %(count)s hour", "about %(count)s hours", hours) % {"count": hours}


def _seconds(content: Content) -> int:
    told = content["estimates"].get("seconds", {})
    return sum(sum(tables.values()) for tables in told.values())


# Whose data it is -----------------------------------------------------------------------------------------------------


def _identity(database: Content, content: Content) -> dict[str, Any]:
    """The three checks: each a title, what the platform says, what is known here, and whether both agree."""
    found, customer = database["identity"], content["customer"]
    if found is None:
        return {"store": database["store"], "found": False, "checks": []}
    created = identity.day_of(found["created"], clock.zone())
    same_name = identity.plain(found["name"]) == identity.plain(customer["name"])
    return {
        "store": database["store"],
        "found": True,
        "fingerprint": found["fingerprint"],
        "checks": [
            (_("Tenant key"), found["key"], customer["tenant_key"], found["key"] == customer["tenant_key"]),
            (_("Name"), found["name"], customer["name"], same_name),
            (
                _("Its row was made"),
                day_in_words(created) if created else found["created"] or "–",
                _("before service ended"),
                created is not None and "created_late" not in database["refused"],
            ),
        ],
    }  # fmt: skip


# What goes ------------------------------------------------------------------------------------------------------------


def _database(database: Content, content: Content) -> dict[str, Any]:
    seconds = content["estimates"].get("seconds", {}).get(database["store"], {})
    tables = [_table(number, one, seconds, content) for number, one in enumerate(database["tables"], 1)]
    going = [one for one in database["tables"] if not one["kept_by"]]
    return {
        "store": database["store"],
        "engine": database["engine"],
        "tables": tables,
        "rows": grouped(sum(one["rows"] for one in going)),
        "stay": grouped(sum(one["used"] + (one["rows"] if one["kept_by"] else 0) for one in database["tables"])),
        "seconds": duration(sum(seconds.values())),
        "broken": [_("%(child)s → %(table)s (%(name)s)") % one for one in database["broken"]],
    }


def _table(number: int, table: Content, seconds: Mapping[str, int], content: Content) -> dict[str, Any]:
    kept = bool(table["kept_by"])
    stay = table["used"] + (table["rows"] if kept else 0)
    notes = [why_in_words(one, content) for one in table["kept_by"]]
    if table["used"] and not kept:
        notes.append(_("shared: what others use stays"))
    if table["goes_with"]:
        notes.append(_("goes together with %(table)s") % {"table": table["goes_with"]})
    return {
        "number": number,
        "name": table["table"],
        "category": category_names([table["category"]]),
        "rows": "0" if kept else grouped(table["rows"]),
        "stay": grouped(stay) if stay else "",
        "seconds": duration(seconds[table["table"]]) if seconds.get(table["table"], 0) >= WORTH and not kept else "",
        "kept": kept,
        "notes": notes,
    }


def _files(store: Content) -> dict[str, Any]:
    return {
        "store": store["store"],
        "storage": store["storage"],
        "places": [_place(place) for place in store["places"]],
        "remarks": [refusal_words.sentence(one) for one in store["problems"]],
    }


def _place(place: Content) -> dict[str, Any]:
    kept = bool(place["kept_by"])
    name = place["prefix"] or "/"
    return {
        "name": _("named by rows, elsewhere") if place["named"] else name,
        "category": category_names([place["category"]]),
        "objects": grouped(place["objects"]),
        "size": filesizeformat(place["bytes"]),
        "more": [f"{COUNTS[name]}: {grouped(place[name])}" for name in COUNTS if _tells(name, place)],
        "kept": kept,
        "notes": [why_in_words(one, {}) for one in [*place["kept_by"], *place["parts_kept_by"]]],
        "parts": [*place["kept_parts"].get("prefixes", ()), *place["kept_parts"].get("files", ())],
    }


def _tells(name: str, place: Content) -> bool:
    """Versions are worth a word where an object has several."""
    return bool(place[name]) and (name != "versions" or place["versions"] > place["objects"])


def _own_name(name: str) -> str:
    return str(OWN.get(name, name.replace("_", " ")))


def _own(name: str, value: Any) -> str:
    return filesizeformat(value) if name.endswith("_bytes") else grouped(value)


# What stays -----------------------------------------------------------------------------------------------------------


def why_in_words(why: Content, content: Content) -> str:
    """Why something stays, as ``plan_keeping`` says it."""
    if why["why"] in ("hold", "duty"):
        grounds = {one.get(why["why"]): one["ground"] for one in content.get("kept", ())}
        template = _("kept by hold %(number)s") if why["why"] == "hold" else _("kept by duty %(number)s")
        text = template % {"number": why["number"]}
        ground = grounds.get(why["number"], "")
        return f"{text}: {_ground(ground)}" if ground else text
    templates = {
        "refers": _("kept, because rows of %(table)s refer to it"),
        "leads": _("kept, because the rows of %(table)s are found through it"),
        "together": _("kept, because it goes together with %(table)s"),
    }
    return templates.get(why["why"], str(why["why"])) % {"table": why.get("table", "")}


def _ground(ground: str) -> str:
    return str(dict(LegalHold.Ground.choices).get(ground, ground))


def _kept(one: Content) -> dict[str, Any]:
    kind = "hold" if "hold" in one else "duty"
    until = one["until"]
    return {
        "kind": kind,
        "number": one[kind],
        "title": _("Hold %(number)s") % {"number": one[kind]}
        if kind == "hold"
        else _("Retention duty %(number)s") % {"number": one[kind]},
        "ground": _ground(one["ground"]),
        "reach": list(_reach_lines(one["reach"])),
        "until": _("through %(day)s") % {"day": day_in_words(date.fromisoformat(until))}
        if until
        else _("until it is released") if kind == "hold" else _("its last day is not known"),
    }  # fmt: skip


def _reach_lines(reach: Content) -> Iterator[str]:
    for title, names in reach_words.in_lines(Reach.from_json(reach)):
        yield f"{title}: {', '.join(names)}" if names else title


def approvals_of(plan: DeletionPlan) -> Sequence[Any]:
    """Every approval there was, the newest first."""
    return list(plan.approvals.select_related("approved_by", "withdrawn_by"))
