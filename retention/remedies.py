"""What to do about each reason that stands against a deletion, in one sentence; '' where its own words say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from retention.codes import Code

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WAIT = _("Nobody has to do anything: it goes on by itself.")
AGREEMENT = _("Look at the agreement's notices and dates.")
NOTHING_TO_DO = _("Nothing is to be deleted; if a run is open, give it up.")
CORRECT_HOLD = _("Place a correct hold, then release this one.")
LETTERS = _("Find out how the customer can be reached, mend the contact, and send the letter again.")
CRON = _("“manage.py send_reminders” writes and sends what is due; look whether cron runs it.")
NEW_PLAN = _("Make a new plan.")
APPROVE = _("Somebody other than who made the plan approves it.")
MAP = _("Bring the data map up to date with the platform (“manage.py check_datamap”), then make a new plan.")
MACHINE = _("Ask whoever runs the application.")

_SHARED: tuple[tuple[StrOrPromise, Iterable[Code]], ...] = (
    (WAIT, (Code.WINDOW_OPEN, Code.EXPORT_FRESH, Code.EXPORT_ANSWERED, Code.WARNING_LATE, Code.DAILY_LIMIT, Code.DUTY)),
    (AGREEMENT, (Code.DATE_MISSING, Code.DATES_UNKNOWN, Code.RENEWAL_UNKNOWN, Code.ERASED_UNKNOWN,
                 Code.OTHERS_UNKNOWN, Code.OBJECTIONS_UNKNOWN)),
    (NOTHING_TO_DO, (Code.RENEWED, Code.ALREADY_ERASED)),
    (CORRECT_HOLD, (Code.HOLD_UNKNOWN, Code.HOLD_UNMATCHED)),
    (LETTERS, (Code.WARNING_REFUSED, Code.WARNING_BOUNCED)),
    (CRON, (Code.WARNING_MISSING, Code.WARNING_WAITING)),
    (NEW_PLAN, (Code.PLAN_MISSING, Code.PLAN_UNKNOWN, Code.PLAN_CHANGED, Code.PLAN_REPLACED, Code.NOT_PLANNED,
                Code.PLAN_BEFORE_RELEASE, Code.HOLD_NOT_PLANNED, Code.DUTY_NOT_PLANNED, Code.NEVER_ERASED)),
    (APPROVE, (Code.APPROVAL_MISSING, Code.APPROVAL_UNKNOWN, Code.APPROVER_IS_PLANNER, Code.APPROVER_NOT_ENTITLED,
               Code.APPROVAL_OLD)),
    (MAP, (Code.DRIFT, Code.DRIFT_UNKNOWN)),
    (MACHINE, (Code.CLOCKS_APART, Code.CLOCKS_UNKNOWN, Code.PAUSE_UNKNOWN, Code.DAILY_COUNT_UNKNOWN,
               Code.READERS_UNKNOWN)),
)  # fmt: skip
WHAT_TO_DO: Mapping[Code, StrOrPromise] = {code: text for text, codes in _SHARED for code in codes} | {
    Code.OTHER_AGREEMENT: _("Wait until the other agreement has ended and its data may go as well."),
    Code.HOLD: _("Legal decides: released, it takes a new plan and a new approval."),
    Code.DUTY_UNKNOWN: _("Look at the retention duties: the day that one counts from is not known."),
    Code.DUTY_UNMATCHED: _("Decide a correct duty, then end this one."),
    Code.EXPORT_OWED: _("Deliver the export, or let the customer say that it is not wanted any more."),
    Code.EXPORT_REMOVED_EARLY: _("Request the export again; deletion waits until it could be downloaded."),
    Code.EXPORT_OBJECTED: _(
        "Settle the objection on the export's page: with a new export, or by saying why none is needed."
    ),
    Code.EXPORT_UNKNOWN: _("Look at the customer's exports."),
    Code.NOBODY_TO_WARN: _("Name a contact of the customer; the warnings are then sent, and their time counts."),
    Code.WARNING_UNCLEAR: _("Say on the letter's page what became of it."),
    Code.WARNING_UNKNOWN: _("Look at the customer's letters."),
    Code.OBJECTION: _("Settle the objection on the agreement's page."),
    Code.REFERENCES: _("Look in the plan whose rows they are; the vendor has to decide what becomes of them."),
    Code.REFERENCES_UNKNOWN: NEW_PLAN,
    Code.PLAN_REFUSED: _("Mend what the plan names, then make a new one."),
    Code.PAUSED: _("Deletion goes on when somebody resumes it."),
    Code.JOURNAL_BROKEN: _("Run “manage.py verify_journal” and find out why; nothing may be deleted until then."),
    Code.JOURNAL_UNKNOWN: _("Run “manage.py verify_journal”."),
}
"""Code → what to do; every code has one (a test holds it)."""
