"""A deletion plan in words of the active language, for its PDF: what its page shows, and who made and approved it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings

from offboarding import pdf
from offboarding.journal_chain import instant
from offboarding.rule_words import day_in_words
from retention import certificate_words as words
from retention import plan_content, plan_words, refusal_words
from retention.certificate_records import named
from retention.models import DeletionPlan


def shown(plan: DeletionPlan) -> dict[str, Any]:
    """Everything that ``documents/plan.html`` names."""
    content = plan.content
    part = plan_words.shown(plan)
    for database in part["databases"]:
        database["pieces"] = pdf.pieces(database["tables"])
    for store in part["files"]:
        for place in store["places"]:
            place["all_notes"] = [*place["more"], *place["notes"], *place["parts"]]
    delete_from = content["agreement"]["delete_from"]
    return {
        "plan": plan,
        "vendor": settings.VENDOR_NAME,
        "customer": content["customer"],
        "shown": part,
        "delete_from": day_in_words(date.fromisoformat(delete_from)) if delete_from else "–",
        "made": words.moment(instant(plan.made_at)),
        "made_by": words.person(named(plan.made_by)),
        "refusals": [(store, refusal_words.sentence(one)) for store, one in plan_content.refusals(content)],
        "approvals": [
            {
                "by": one.approved_by.get_username(),
                "at": words.moment(instant(one.approved_at)),
                "withdrawn": words.moment(instant(one.withdrawn_at)) if one.withdrawn_at else "",
            }
            for one in plan.approvals.select_related("approved_by").order_by("pk")
        ],
    }
