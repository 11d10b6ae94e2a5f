"""Everything that can stand against a deletion, one at a time: what goes wrong, and what exactly is found then."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from retention.codes import Code, blocker
from retention.duties import BookYearsAfter
from retention.facts import Delivery, HoldFact, OtherAgreement
from retention.reach import Reach
from tests.retention.policy.cases import (
    EVERYTHING,
    ONLY_INVOICES,
    OTHER_HASH,
    Spoilt,
    at,
    duty,
    export,
    spoilt,
    warning,
)

NAIVE = datetime(2027, 3, 1, 12)
FUTURE = at("2027-04-10")
RENAMED = Reach(tables=frozenset({("platform", "users"), ("platform", "bills")}))
LOST_FILE = Reach(files=frozenset({("media", "org/bob/a.pdf")}))

CASE = [
    spoilt("the last day of service is missing", "case.service_ends", None,
           blocker(Code.DATE_MISSING, date="service_ends")),
    spoilt("the end of the window is missing", "case.export_until", None,
           blocker(Code.DATE_MISSING, date="export_until")),
    spoilt("the day of deletion is missing", "case.delete_from", None, blocker(Code.DATE_MISSING, date="delete_from")),
    spoilt("service ends after the window", "case.service_ends", date(2027, 4, 1), Code.DATES_UNKNOWN),
    Spoilt("the window is open", {}, (blocker(Code.WINDOW_OPEN, delete_from="2027-04-01"),), date(2027, 3, 31),
           frozenset({"case.delete_from"})),
    spoilt("the agreement was renewed", "case.renewed", True, Code.RENEWED),
    spoilt("nobody knows of a renewal", "case.renewed", None, Code.RENEWAL_UNKNOWN),
    spoilt("the data is erased", "case.erased", True, Code.ALREADY_ERASED),
    spoilt("nobody knows whether it is erased", "case.erased", None, Code.ERASED_UNKNOWN),
    spoilt("another agreement goes on", "others+", OtherAgreement(7, None, False),
           blocker(Code.OTHER_AGREEMENT, agreement=7)),
    spoilt("another agreement ends later", "others+", OtherAgreement(6, date(2028, 1, 1), False),
           blocker(Code.OTHER_AGREEMENT, agreement=6)),
    spoilt("nobody knows of other agreements", "others", None, Code.OTHERS_UNKNOWN),
    spoilt("another is erased without a day", "others+", OtherAgreement(5, None, True), Code.OTHERS_UNKNOWN),
    spoilt("nobody knows whether another is erased", "others+", OtherAgreement(4, date(2027, 1, 1), None),
           Code.OTHERS_UNKNOWN),
]  # fmt: skip

STAYS = [
    spoilt("a hold keeps everything", "holds+", HoldFact(3, EVERYTHING), blocker(Code.HOLD, hold=3)),
    spoilt("nobody knows of holds", "holds", None, Code.HOLD_UNKNOWN),
    spoilt("nobody knows what a hold keeps", "holds+", HoldFact(4, None), Code.HOLD_UNKNOWN),
    spoilt("a hold names nothing", "holds+", HoldFact(5, Reach()), Code.HOLD_UNKNOWN),
    spoilt("held by the row, by no hold", "case.held", True, Code.HOLD_UNKNOWN, reads="holds"),
    spoilt("the row does not say whether it is held", "case.held", None, Code.HOLD_UNKNOWN),
    spoilt("a hold names a table that was renamed", "holds+", HoldFact(6, RENAMED),
           blocker(Code.HOLD_UNMATCHED, hold=6, what="platform: bills"), reads="plan.targets"),
    spoilt("a hold names a file of another customer", "holds+", HoldFact(7, LOST_FILE),
           blocker(Code.HOLD_UNMATCHED, hold=7, what="media: org/bob/a.pdf"), reads="plan.targets"),
    spoilt("a hold over a part came after the plan", "holds+", HoldFact(100, ONLY_INVOICES),
           blocker(Code.HOLD_NOT_PLANNED, hold=100), reads="plan.holds"),
    spoilt("the plan does not know a duty over a part", "duties+", duty(100, ONLY_INVOICES),
           blocker(Code.DUTY_NOT_PLANNED, duty=100), reads="plan.duties"),
    spoilt("law keeps everything", "duties+", duty(3), blocker(Code.DUTY, duty=3, ground="law", until="2033-12-31")),
    spoilt("nobody knows of duties", "duties", None, Code.DUTY_UNKNOWN),
    spoilt("a duty has no end", "duties+", duty(4, until=BookYearsAfter()), Code.DUTY_UNKNOWN),
    spoilt("a duty names nothing", "duties+", duty(5, Reach()), Code.DUTY_UNKNOWN),
    spoilt("a duty names a table that was renamed", "duties+", duty(6, RENAMED),
           blocker(Code.DUTY_UNMATCHED, duty=6, what="platform: bills"), reads="plan.targets"),
]  # fmt: skip

REMOVED = at("2027-02-10")
EXPORTS = [
    spoilt("an export is owed", "exports+", export(11, Delivery.REQUESTED), blocker(Code.EXPORT_OWED, export=11)),
    spoilt("an export is fresh", "exports+", export(12, available_at=at("2027-03-30")),
           blocker(Code.EXPORT_FRESH, export=12, until="2027-04-13", fair_days=14)),
    spoilt("a package was removed early", "exports+", export(13, removed_at=REMOVED),
           blocker(Code.EXPORT_REMOVED_EARLY, export=13, removed="2027-02-10", fair_days=14)),
    spoilt("a customer misses something in a package", "exports+", export(24, Delivery.OBJECTED),
           blocker(Code.EXPORT_OBJECTED, export=24)),
    spoilt("a customer was answered of late", "exports+", export(25, answered_at=at("2027-03-30")),
           blocker(Code.EXPORT_ANSWERED, export=25, until="2027-04-13", fair_days=14)),
    spoilt("nobody knows of exports", "exports", None, blocker(Code.EXPORT_UNKNOWN, export=0)),
    *(
        spoilt(title, "exports+", wrong, blocker(Code.EXPORT_UNKNOWN, export=wrong.number))
        for title, wrong in (
            ("nobody knows when one was requested", export(14, requested_at=None)),
            ("requested at a time without a zone", export(15, requested_at=NAIVE)),
            ("requested in the future", export(16, Delivery.SETTLED, requested_at=FUTURE)),
            ("nobody knows what became of it", export(17, None)),
            ("delivered at no time", export(18, available_at=None)),
            ("delivered before it was requested", export(19, available_at=at("2027-01-19"))),
            ("removed in the future", export(20, removed_at=FUTURE)),
            ("removed at a time without a zone", export(21, removed_at=NAIVE)),
            ("answered at a time without a zone", export(26, answered_at=NAIVE)),
        )
    ),
    spoilt("delivered in the future", "exports+", export(22, available_at=FUTURE),
           blocker(Code.EXPORT_UNKNOWN, export=22),
           blocker(Code.EXPORT_FRESH, export=22, until="2027-04-24", fair_days=14)),
    spoilt("removed before it was delivered", "exports+", export(23, removed_at=at("2027-01-31")),
           blocker(Code.EXPORT_UNKNOWN, export=23),
           blocker(Code.EXPORT_REMOVED_EARLY, export=23, removed="2027-01-31", fair_days=14)),
]  # fmt: skip

BY_STATE = {
    "": Code.WARNING_MISSING, "cancelled": Code.WARNING_MISSING, "queued": Code.WARNING_WAITING,
    "sending": Code.WARNING_WAITING, "refused": Code.WARNING_REFUSED, "bounced": Code.WARNING_BOUNCED,
    "unclear": Code.WARNING_UNCLEAR, "pigeon": Code.WARNING_UNKNOWN,
}  # fmt: skip
LETTERS = [
    spoilt("nobody can be written to", "readers", 0, Code.NOBODY_TO_WARN),
    spoilt("nobody knows who can be written to", "readers", None, Code.READERS_UNKNOWN),
    *(
        spoilt(f"the warning of {days} is {state or 'not there'}", f"warnings.{days}", warning(days, state),
               blocker(code, days=days))
        for days in (30, 7, 1) for state, code in BY_STATE.items()
    ),
    *(
        spoilt(f"nobody speaks of the warning of {days}", f"warnings.{days}", None,
               blocker(Code.WARNING_MISSING, days=days))
        for days in (30, 7, 1)
    ),
    spoilt("the warning of 1 was overtaken by none", "warnings.1", warning(1, "overtaken"),
           blocker(Code.WARNING_MISSING, days=1)),
    spoilt("the warning of 30 was sent late", "warnings.30", warning(30, sent="2027-03-20"),
           blocker(Code.WARNING_LATE, **{"days": 30, "sent": "2027-03-20", "from": "2027-04-19"})),
    spoilt("the warning of 30 was overtaken", "warnings.30", warning(30, "overtaken"),
           blocker(Code.WARNING_LATE, **{"days": 30, "sent": "2027-03-24", "from": "2027-04-23"}), reads="warnings"),
    spoilt("a warning was sent at no time", "warnings.7", warning(7, sent_at=None),
           blocker(Code.WARNING_UNKNOWN, days=7)),
    spoilt("a warning was sent at a time without a zone", "warnings.7", warning(7, sent_at=NAIVE),
           blocker(Code.WARNING_UNKNOWN, days=7)),
    spoilt("a warning is about another day", "warnings.7", warning(7, due_on=date(2027, 3, 24)),
           blocker(Code.WARNING_UNKNOWN, days=7), reads="case.delete_from"),
    spoilt("a warning was sent in the future", "warnings.1", warning(1, sent="2027-04-10"),
           blocker(Code.WARNING_UNKNOWN, days=1),
           blocker(Code.WARNING_LATE, **{"days": 1, "sent": "2027-04-10", "from": "2027-04-11"})),
    spoilt("a warning is told twice", "warnings+", warning(7), blocker(Code.WARNING_UNKNOWN, days=7),
           reads="warnings.7"),
    spoilt("nobody knows of warnings", "warnings", None,
           *(blocker(Code.WARNING_UNKNOWN, days=days) for days in (30, 7, 1))),
    spoilt("somebody objected", "objections+", 9, blocker(Code.OBJECTION, notice=9)),
    spoilt("nobody knows of objections", "objections", None, Code.OBJECTIONS_UNKNOWN),
]  # fmt: skip

HOUSE = [
    spoilt("the map drifted", "platform.drift", 1, blocker(Code.DRIFT, count=1)),
    spoilt("the map was not compared", "platform.drift", None, Code.DRIFT_UNKNOWN),
    spoilt("a count below nothing", "platform.drift", -1, Code.DRIFT_UNKNOWN),
    spoilt("another customer refers to it", "platform.references", 3, blocker(Code.REFERENCES, count=3)),
    spoilt("references were not counted", "platform.references", None, Code.REFERENCES_UNKNOWN),
    spoilt("there is no plan", "plan", None, Code.PLAN_MISSING),
    spoilt("the plan has no hash", "plan.sha256", None, Code.PLAN_UNKNOWN),
    spoilt("the plan's hash is none", "plan.sha256", "A" * 64, Code.PLAN_UNKNOWN),
    spoilt("nobody knows when it was planned", "plan.made_at", None, Code.PLAN_UNKNOWN),
    spoilt("planned at a time without a zone", "plan.made_at", NAIVE, Code.PLAN_UNKNOWN),
    spoilt("nobody knows who planned", "plan.planned_by", None, Code.PLAN_UNKNOWN),
    spoilt("the planner is no actor", "plan.planned_by", "sam", Code.PLAN_UNKNOWN),
    spoilt("nobody knows what is planned", "plan.targets", None, Code.PLAN_UNKNOWN),
    spoilt("nothing is planned", "plan.targets", (), Code.PLAN_UNKNOWN,
           blocker(Code.HOLD_UNMATCHED, hold=1, what="media: org/alice/proof.pdf"),
           blocker(Code.DUTY_UNMATCHED, duty=1, what="platform: invoices"), reads="holds duties"),
    spoilt("the plan was refused", "plan.refusals", 2, blocker(Code.PLAN_REFUSED, count=2), reads="plan.targets"),
    spoilt("nobody knows whether the plan was refused", "plan.refusals", None, Code.PLAN_UNKNOWN),
    spoilt("the plan was replaced", "plan.replaced", True, Code.PLAN_REPLACED),
    spoilt("nobody knows whether the plan was replaced", "plan.replaced", None, Code.PLAN_UNKNOWN),
    spoilt("nobody knows what the plan is for", "plan.occasion", None, Code.PLAN_UNKNOWN),
    spoilt("nobody knows of releases", "releases", None, Code.HOLD_UNKNOWN),
    spoilt("a release at a time without a zone", "releases+", NAIVE, Code.HOLD_UNKNOWN),
    spoilt("a hold was released after planning", "releases+", at("2027-03-29"), Code.PLAN_BEFORE_RELEASE,
           reads="plan.made_at"),
    spoilt("nobody approved", "approval", None, Code.APPROVAL_MISSING),
    spoilt("the approval has no hash", "approval.sha256", "", Code.APPROVAL_UNKNOWN),
    spoilt("nobody knows when it was approved", "approval.given_at", None, Code.APPROVAL_UNKNOWN),
    spoilt("approved in the future", "approval.given_at", FUTURE, Code.APPROVAL_UNKNOWN),
    spoilt("approved before it was planned", "approval.given_at", at("2027-03-27"), Code.APPROVAL_UNKNOWN,
           reads="plan.made_at"),
    spoilt("nobody knows who approved", "approval.approved_by", None, Code.APPROVAL_UNKNOWN),
    spoilt("a machine approved", "approval.approved_by", "machine:enforce_retention", Code.APPROVAL_UNKNOWN),
    spoilt("the customer approved", "approval.approved_by", "contact:4", Code.APPROVAL_UNKNOWN),
    spoilt("nobody knows whether the approver may", "approval.entitled", None, Code.APPROVAL_UNKNOWN),
    spoilt("the plan changed", "plan.sha256", OTHER_HASH, Code.PLAN_CHANGED, reads="approval.sha256"),
    spoilt("the planner approved", "approval.approved_by", "staff:3:sam", Code.APPROVER_IS_PLANNER,
           reads="plan.planned_by"),
    spoilt("the planner approved under a new name", "approval.approved_by", "staff:3:samuel", Code.APPROVER_IS_PLANNER,
           reads="plan.planned_by"),
    spoilt("the approver may not any more", "approval.entitled", False, Code.APPROVER_NOT_ENTITLED),
    Spoilt("the approval is old", {"approval.given_at": at("2027-03-20"), "plan.made_at": at("2027-03-20", hour=11)},
           (blocker(Code.APPROVAL_OLD, given="2027-03-20", days=7), blocker(Code.PLAN_BEFORE_RELEASE)),
           reads=frozenset({"releases"})),
    spoilt("deletion is paused", "machine.paused", True, Code.PAUSED),
    spoilt("nobody knows of a pause", "machine.paused", None, Code.PAUSE_UNKNOWN),
    spoilt("enough was deleted today", "machine.customers_today", 5, blocker(Code.DAILY_LIMIT, limit=5)),
    spoilt("nobody counted what was deleted today", "machine.customers_today", None, Code.DAILY_COUNT_UNKNOWN),
    spoilt("a day's count below nothing", "machine.customers_today", -1, Code.DAILY_COUNT_UNKNOWN),
    spoilt("the clocks are apart", "machine.clocks_apart", timedelta(seconds=121),
           blocker(Code.CLOCKS_APART, seconds=121)),
    spoilt("nobody compared the clocks", "machine.clocks_apart", None, Code.CLOCKS_UNKNOWN),
    spoilt("the journal does not hold", "machine.journal_holds", False, Code.JOURNAL_BROKEN),
    spoilt("nobody verified the journal", "machine.journal_holds", None, Code.JOURNAL_UNKNOWN),
]  # fmt: skip

WRONGS = [*CASE, *STAYS, *EXPORTS, *LETTERS, *HOUSE]
