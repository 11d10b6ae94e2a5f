"""The policy in words, in the active language: why something may not be deleted."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from offboarding.calendar_days import read_day
from offboarding.milestones import Mark
from offboarding.refusals import Fact
from offboarding.rule_words import day_in_words, title
from retention.codes import Blocker, Code

DAYS = frozenset({"delete_from", "until", "removed", "sent", "from", "given"})
"""Facts that are days, as ISO text."""

THE_CASE = {
    Code.DATE_MISSING: _("A date is not set: %(date)s. What is not set is never due."),
    Code.DATES_UNKNOWN: _("The dates of the agreement contradict each other. Somebody has to look at them."),
    Code.WINDOW_OPEN: _("Nothing may be deleted before %(delete_from)s."),
    Code.RENEWED: _("The agreement goes on; its data is in use."),
    Code.RENEWAL_UNKNOWN: _("It is not known whether the agreement goes on."),
    Code.ALREADY_ERASED: _("The data has been deleted already."),
    Code.NEVER_ERASED: _(
        "The plan is about what comes after a deletion, and no deletion of this customer's data is recorded."
    ),
    Code.ERASED_UNKNOWN: _("It is not known whether the data has been deleted already."),
    Code.OTHER_AGREEMENT: _("Another agreement of the customer, record %(agreement)s, has not ended."),
    Code.OTHERS_UNKNOWN: _("It is not certain whether the customer has another agreement."),
}

WHAT_STAYS = {
    Code.HOLD: _("Hold %(hold)s keeps it."),
    Code.HOLD_UNKNOWN: _("It is not certain what is on hold. Somebody has to look at the holds."),
    Code.HOLD_UNMATCHED: _(
        "Hold %(hold)s names “%(what)s”, which the plan does not know; perhaps it was renamed. "
        "Somebody has to correct the hold."
    ),
    Code.HOLD_NOT_PLANNED: _("Hold %(hold)s was placed after the plan was made. Make a new one and have it approved."),
    Code.DUTY_NOT_PLANNED: _("The plan does not know duty %(duty)s. Make a new one and have it approved."),
    Code.DUTY: _("Duty %(duty)s keeps it until %(until)s, that day included: %(ground)s."),
    Code.DUTY_UNKNOWN: _("It is not certain what law keeps, or until when. Somebody has to look at the duties."),
    Code.DUTY_UNMATCHED: _(
        "Duty %(duty)s names “%(what)s”, which the plan does not know; perhaps it was renamed. "
        "Somebody has to correct the duty."
    ),
}

EXPORTS = {
    Code.EXPORT_OWED: _("Export %(export)s was requested in time and the customer has not got it."),
    Code.EXPORT_FRESH: ngettext_lazy(
        "Export %(export)s can be downloaded for %(fair_days)s day; deletion waits until %(until)s is over.",
        "Export %(export)s can be downloaded for %(fair_days)s days; deletion waits until %(until)s is over.",
        "fair_days",
    ),
    Code.EXPORT_REMOVED_EARLY: ngettext_lazy(
        "The package of export %(export)s was removed on %(removed)s, before it could be downloaded for "
        "%(fair_days)s day. Deliver it again.",
        "The package of export %(export)s was removed on %(removed)s, before it could be downloaded for "
        "%(fair_days)s days. Deliver it again.",
        "fair_days",
    ),
    Code.EXPORT_OBJECTED: _(
        "The customer says that something is missing in export %(export)s, and that is not settled."
    ),
    Code.EXPORT_ANSWERED: ngettext_lazy(
        "The customer missed something in export %(export)s, was answered, and has %(fair_days)s day to look; "
        "deletion waits until %(until)s is over.",
        "The customer missed something in export %(export)s, was answered, and has %(fair_days)s days to look; "
        "deletion waits until %(until)s is over.",
        "fair_days",
    ),
    Code.EXPORT_UNKNOWN: _("What is known about export %(export)s is incomplete or contradicts itself."),
}
EXPORTS_UNKNOWN = _("It is not known whether exports were requested.")

WARNINGS = {
    Code.NOBODY_TO_WARN: _("Nobody at the customer can be written to, so nobody can be warned."),
    Code.READERS_UNKNOWN: _("It is not known whether anybody at the customer can be written to."),
    Code.WARNING_MISSING: ngettext_lazy(
        "The warning %(days)s day before deletion was not sent.",
        "The warning %(days)s days before deletion was not sent.",
        "days",
    ),
    Code.WARNING_WAITING: ngettext_lazy(
        "The warning %(days)s day before deletion is written and has not gone out.",
        "The warning %(days)s days before deletion is written and has not gone out.",
        "days",
    ),
    Code.WARNING_REFUSED: ngettext_lazy(
        "The warning %(days)s day before deletion was refused by a mail server.",
        "The warning %(days)s days before deletion was refused by a mail server.",
        "days",
    ),
    Code.WARNING_BOUNCED: ngettext_lazy(
        "The warning %(days)s day before deletion came back.",
        "The warning %(days)s days before deletion came back.",
        "days",
    ),
    Code.WARNING_UNCLEAR: ngettext_lazy(
        "It is unclear whether the warning %(days)s day before deletion arrived. Somebody has to settle that.",
        "It is unclear whether the warning %(days)s days before deletion arrived. Somebody has to settle that.",
        "days",
    ),
    Code.WARNING_LATE: ngettext_lazy(
        "The customer must know %(days)s day before deletion and was told on %(sent)s; deletion waits until %(from)s.",
        "The customer must know %(days)s days before deletion and was told on %(sent)s; deletion waits until %(from)s.",
        "days",
    ),
    Code.WARNING_UNKNOWN: ngettext_lazy(
        "What is known about the warning %(days)s day before deletion is incomplete or contradicts itself.",
        "What is known about the warning %(days)s days before deletion is incomplete or contradicts itself.",
        "days",
    ),
    Code.OBJECTION: _("Somebody has objected to notice %(notice)s, and that is not settled."),
    Code.OBJECTIONS_UNKNOWN: _("It is not known whether somebody has objected."),
}

THE_PLAN = {
    Code.DRIFT: ngettext_lazy(
        "The platform differs from the data map in %(count)s place.",
        "The platform differs from the data map in %(count)s places.",
        "count",
    ),
    Code.DRIFT_UNKNOWN: _("The platform has not been compared with the data map."),
    Code.REFERENCES: ngettext_lazy(
        "%(count)s row of another customer refers to this data.",
        "%(count)s rows of other customers refer to this data.",
        "count",
    ),
    Code.REFERENCES_UNKNOWN: _("It is not known whether rows of other customers refer to this data."),
    Code.PLAN_MISSING: _("There is no plan."),
    Code.PLAN_UNKNOWN: _("The plan is incomplete or not readable. Make a new one."),
    Code.PLAN_REFUSED: ngettext_lazy(
        "The plan cannot be carried out: %(count)s obstacle stands in its way.",
        "The plan cannot be carried out: %(count)s obstacles stand in its way.",
        "count",
    ),
    Code.PLAN_REPLACED: _("The plan does not count any more. Make a new one, or use the one that replaced it."),
    Code.PLAN_BEFORE_RELEASE: _("The plan was made before a hold was released. Make a new one and have it approved."),
    Code.NOT_PLANNED: _("The plan does not know “%(what)s”."),
    Code.APPROVAL_MISSING: _("Nobody has approved the plan."),
    Code.APPROVAL_UNKNOWN: _("The approval is incomplete or contradicts itself. The plan must be approved again."),
    Code.PLAN_CHANGED: _("The plan has changed since it was approved. It must be approved again."),
    Code.APPROVER_IS_PLANNER: _("The plan was approved by the person who made it. Somebody else must approve it."),
    Code.APPROVER_NOT_ENTITLED: _("Who approved the plan may not approve plans any more. Somebody else must."),
    Code.APPROVAL_OLD: ngettext_lazy(
        "The approval of %(given)s is more than %(days)s day old. The plan must be approved again.",
        "The approval of %(given)s is more than %(days)s days old. The plan must be approved again.",
        "days",
    ),
}

THE_MACHINE = {
    Code.PAUSED: _("All deletion is paused."),
    Code.PAUSE_UNKNOWN: _("It is not known whether deletion is paused."),
    Code.DAILY_LIMIT: ngettext_lazy(
        "Today the data of %(limit)s other customer is being deleted; the limit for a day is reached.",
        "Today the data of %(limit)s other customers is being deleted; the limit for a day is reached.",
        "limit",
    ),
    Code.DAILY_COUNT_UNKNOWN: _("It is not known how many customers' data was deleted today."),
    Code.CLOCKS_APART: ngettext_lazy(
        "The clocks of the application and the database are %(seconds)s second apart.",
        "The clocks of the application and the database are %(seconds)s seconds apart.",
        "seconds",
    ),
    Code.CLOCKS_UNKNOWN: _("The clocks of the application and the database have not been compared."),
    Code.JOURNAL_BROKEN: _("The journal could not be verified. Somebody has to find out why."),
    Code.JOURNAL_UNKNOWN: _("It is not known whether the journal can be verified."),
}

SENTENCES = THE_CASE | WHAT_STAYS | EXPORTS | WARNINGS | THE_PLAN | THE_MACHINE


def sentence(reason: Blocker) -> str:
    """One reason in one or two sentences, days as ``Thursday 31 December 2026``."""
    if reason.code is Code.EXPORT_UNKNOWN and not reason.facts["export"]:
        return str(EXPORTS_UNKNOWN)
    return str(SENTENCES[reason.code] % {name: _word(name, value) for name, value in reason.facts.items()})


def sentences(reasons: Iterable[Blocker]) -> list[str]:
    """Each reason in words, in their order."""
    return [sentence(reason) for reason in reasons]


def _word(name: str, value: Fact) -> Fact:
    if name == "date":
        return title(Mark(str(value)))
    return day_in_words(read_day(value)) if name in DAYS else value
