"""Every letter that can be written: occasion and circumstances → what a verb tells ``letters.write``."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

RECEIVED = datetime(2026, 11, 5, 13, 3, tzinfo=UTC)
"""14:03 in Stockholm, a Thursday."""


PLAN = "/admin/retention/deletionplan/7/change/"
MISSING = [(_("Courses"), "Ö-kursen\nfrån 2019"), (_("Users"), "two teachers")]


def notice_of(agreement, **facts):
    from offboarding.models import TerminationNotice

    said = {
        "received_at": RECEIVED,
        "recorded_at": RECEIVED,
        "channel": "email",
        "received_by": "machine:test",
        **facts,
    }
    return TerminationNotice(agreement=agreement, **said)


def help_with(agreement, **facts):
    from offboarding.models import TransferAssistance

    return TransferAssistance(agreement=agreement, requested_at=RECEIVED, scope="Courses to the new system.", **facts)


def waiver_of(agreement):
    from offboarding.models import Contact, Waiver

    return Waiver(agreement=agreement, delete_from=date(2027, 2, 1), asked_by=Contact(name="Åsa Öberg"))


def occasions(agreement):
    """Name → (occasion, context, what the agreement is before)."""
    objection = date(2026, 11, 12)
    decided = {"object_until": objection}
    return {
        "acknowledgement": ("acknowledgement", {"notice": notice_of(agreement)}),
        "acknowledgement_vouch": ("acknowledgement", {"notice": notice_of(agreement, needs=["sender_unknown"])}),
        "acknowledgement_duplicate": ("acknowledgement", {"notice": notice_of(agreement, state="duplicate")}),
        "decision_timely": ("decision", {"notice": notice_of(agreement, decision="timely", **decided)}),
        "decision_late": (
            "decision",
            {"notice": notice_of(agreement, decision="late_accepted", **decided), "because": "You called in time."},
        ),
        "decision_next_term": ("decision", {"notice": notice_of(agreement, decision="next_term", **decided)}),
        "decision_refused": (
            "decision", {"notice": notice_of(agreement, decision="refused", because="The sender is unknown to you.")},
        ),
        "decision_objection": (
            "decision",
            {"notice": notice_of(agreement, decision="timely", objection_settled_at=RECEIVED, **decided)},
        ),
        "decision_by_us": ("decision", {"because": "The product ends."}),
        "dates_changed": (
            "dates_changed", {"because": "You asked for more time.", "before": milestones_one_month_earlier(agreement)},
        ),
        "continues": ("continues", {"because": "You took your notice back."}),
        "continues_renewed": ("continues", {"until": date(2027, 12, 31)}),
        "window_open": ("window_open", {}),
        "export_ready": ("export_ready", {"available_until": date(2027, 2, 14)}),
        "export_ready_page": ("export_ready", {"available_until": date(2027, 2, 14), "page": "/case/"}),
        "export_ready_silence": (
            "export_ready",
            {"available_until": date(2027, 2, 14), "answer_until": date(2026, 11, 30), "page": "/case/", "export": 3},
        ),
        "export_reminder": (
            "export_reminder",
            {"available_until": date(2027, 2, 14), "answer_until": date(2026, 11, 30), "page": "/case/", "export": 3},
        ),
        "export_reminder_removal": (
            "export_reminder",
            {"available_until": date(2027, 2, 14), "outcome": "removal", "page": "/case/", "export": 3},
        ),
        "receipt_confirmed": ("receipt", {"outcome": "confirmed", "digest": "ab" * 32, "export": 3, "page": "/case/"}),
        "receipt_objected": ("receipt", {"outcome": "objected", "export": 3, "missing": MISSING}),
        "receipt_settled": (
            "receipt", {"outcome": "settled", "export": 3, "missing": MISSING, "because": "They are there."},
        ),
        "receipt_made_good": (
            "receipt",
            {"outcome": "settled", "export": 3, "missing": MISSING, "because": "Made anew.", "new_export": 4,
             "answer_until": date(2026, 11, 30), "page": "/case/"},
        ),
        "warning_30": ("warning_30", {}),
        "warning_7": ("warning_7", {}),
        "warning_1": ("warning_1", {}),
        "hold": ("hold", {"because": "A court has ordered it."}),
        "hold_released": ("hold", {"released": True}),
        "deleted": ("deleted", {"enclosure": "certificates/A-2026.pdf"}),
        "deleted_certified": (
            "deleted",
            {"enclosure": "certificates/C-000042.sv.pdf", "certificate": "C-000042", "code": "7K3M-9QXW-2B4T",
             "page": "/verify/"},
        ),
        "deleted_no_certificate": ("deleted", {}),
        "assistance_requested": ("assistance", {"assistance": help_with(agreement)}),
        "assistance_offered": (
            "assistance",
            {"assistance": help_with(agreement, state="offered", estimated_hours=Decimal("12.50"), charged=True)},
        ),
        "assistance_agreed": (
            "assistance", {"assistance": help_with(agreement, state="agreed", separate_agreement="TA-17")},
        ),
        "assistance_done": ("assistance", {"assistance": help_with(agreement, state="done")}),
        "assistance_declined": (
            "assistance",
            {"assistance": help_with(agreement, state="declined", ended_because="We do not know that system.")},
        ),
        "assistance_yes": (
            "assistance",
            {"assistance": help_with(agreement, state="offered", estimated_hours=Decimal(8)), "answer": "accepted"},
        ),
        "assistance_no": ("assistance", {"assistance": help_with(agreement, state="declined"), "answer": "declined"}),
        "waiver": ("waiver", {"waiver": waiver_of(agreement)}),
        "approval_asked": ("approval_asked", {"page": PLAN, "due_on": date(2027, 4, 8)}),
        "approval_asked_again": ("approval_asked", {"page": PLAN, "because": "Ärende 17 släpptes."}),
        "attestation": (
            "attestation",
            {"page": PLAN, "due_on": date(2027, 5, 1), "store": "backups", "attester": "Hosting AB",
             "because": "pg_basebackup, 30 / 30"},
        ),
        "alarm": ("alarm", {"page": PLAN, "because": "platform.enrolments: 3"}),
        "alarm_no_page": ("alarm", {}),
    }  # fmt: skip


def milestones_one_month_earlier(agreement):
    """What stood before: the service would have ended on 30 November."""
    from offboarding import clock
    from offboarding.dates import Cause, Ending, milestones

    ending = Ending(Cause.MUTUAL, service_ends=date(2026, 11, 30))
    return milestones(clock.terms_of(agreement), ending, clock.zone())


NAMES = [
    "acknowledgement", "acknowledgement_vouch", "acknowledgement_duplicate", "decision_timely", "decision_late",
    "decision_next_term", "decision_refused", "decision_objection", "decision_by_us", "dates_changed", "continues",
    "continues_renewed", "window_open", "export_ready", "export_ready_page", "export_ready_silence",
    "export_reminder", "export_reminder_removal", "receipt_confirmed", "receipt_objected", "receipt_settled",
    "receipt_made_good", "warning_30", "warning_7", "warning_1",
    "hold", "hold_released", "deleted", "deleted_certified", "deleted_no_certificate", "assistance_requested",
    "assistance_offered", "assistance_agreed", "assistance_done", "assistance_declined", "assistance_yes",
    "assistance_no", "waiver", "approval_asked",
    "approval_asked_again", "attestation", "alarm", "alarm_no_page",
]  # fmt: skip
TO_LEGAL = [name for name in NAMES if name.startswith(("approval", "attestation", "alarm"))]

DAY_OF = {"warning_30": 30, "warning_7": 7, "warning_1": 1}
"""Days before deletion on which it is written."""


def day_of(name):
    """A day on which this letter is written, noon in UTC; the dates are those of the design's table."""
    if name in DAY_OF:
        return {30: datetime(2027, 3, 2, 12, tzinfo=UTC), 7: datetime(2027, 3, 25, 12, tzinfo=UTC),
                1: datetime(2027, 3, 31, 12, tzinfo=UTC)}[DAY_OF[name]]  # fmt: skip
    if name in TO_LEGAL:
        return datetime(2027, 4, 1, 12, tzinfo=UTC)
    later = name.startswith(("window", "export", "hold"))
    return datetime(2027, 1, 2, 12, tzinfo=UTC) if later else datetime(2026, 11, 6, 12, tzinfo=UTC)
