"""What is slow to learn about a case: the journal's proof, the platform against its map, a plan made anew.

``know`` asks all of it now, before a run begins or goes on; ``lately`` gives what was learnt last, for screens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils import timezone

from offboarding import journal_proof
from offboarding.calendar_days import read_day
from offboarding.models import Agreement, JournalEntry
from retention import dry_run, keeping_duties, plan_content
from retention.facts import PlatformFact
from retention.models import DeletionPlan
from retention.opening import data_map
from retention.plan_content import Content

LATELY = timedelta(days=2)
"""How long a verification of the journal is shown as true: cron verifies every night, and may be late once."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is too slow to ask in each batch. ``events``: duty → the day it counts from, None where nobody looked.

    ``sha256``: of the plan as a dry run would make it now; while a run erases, of the plan as it is stored.
    """

    platform: PlatformFact
    journal_holds: bool | None
    events: Mapping[int, date | None] | None
    sha256: str | None

    @classmethod
    def unknown(cls) -> Known:
        """Nothing was learnt; each of it blocks."""
        return cls(PlatformFact(None, None), None, None, None)


def know(agreement: Agreement, *, plan: DeletionPlan | None, again: bool = True, under_way: bool = False) -> Known:
    """Proves the journal and, with ``again``, makes the plan anew; takes seconds to minutes.

    ``under_way``: rows of this plan are gone already, so only what no batch changes is compared with it; where that
    still agrees, the hash is the plan's own. May raise ``EraserError`` where a store does not answer.
    """
    holds = not journal_proof.prove().findings
    if plan is None or not again:
        return replace(lately(plan), journal_holds=holds)
    keeping_duties.sync(data_map())
    found = dry_run.look(agreement, plan.occasion)
    same = under_way and plan_content.still_so(plan.content, found.content)
    sha256 = plan.sha256 if same else plan_content.sha256_of(found.content)
    return Known(platform_of(found.content), holds, found.events, sha256)


def lately(plan: DeletionPlan | None) -> Known:
    """What was learnt when the plan was made, and when the journal was verified last; quick, and nothing is asked."""
    if plan is None:
        return Known(PlatformFact(None, None), journal_held(), None, None)
    days = {int(number): read_day(day) for number, day in plan.content["events"].items()}
    return Known(platform_of(plan.content), journal_held(), days, plan.sha256)


def platform_of(content: Content) -> PlatformFact:
    """How far the platform differs from its map, and how many rows of others stand in the way, as a dry run found."""
    found = plan_content.refused(content)
    references = sum(found.get(code, 0) for code in ("blocked", "cascades", "nulled"))
    return PlatformFact(found.get("drift", 0), references)


def journal_held() -> bool | None:
    """True where the journal was verified lately, or nothing was written since; None where nobody knows."""
    newest = JournalEntry.objects.order_by("-seq").values_list("event", flat=True).first()
    verified = JournalEntry.objects.filter(event=journal_proof.VERIFIED).order_by("-seq").values_list("at", flat=True)
    at = verified.first()
    if newest == journal_proof.VERIFIED or (at is not None and at >= timezone.now() - LATELY):
        return True
    return None
