"""What deletion adds to the journal: event → sentence and facts. Ids, counts, days, codes and hashes only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from offboarding.journal_kinds import Event, Fact, Kind
from retention.models import Certificate, DeletionPlan, LegalHold

ID, COUNT, DAY, CODE, CODES = Kind.ID, Kind.COUNT, Kind.DAY, Kind.CODE, Kind.CODES
HASH, FLAG, DETAIL = Kind.HASH, Kind.FLAG, Kind.DETAIL

GROUPS = {
    "plan": _("deletion plans"),
    "run": _("deletion runs"),
    "verification": _("verifications"),
    "attestation": _("attestations"),
    "certificate": _("certificates"),
    "duty": _("retention duties"),
    "deletion": _("all deletion"),
    "tenant": _("tenants that came back"),
}
MACHINES = {
    "deletion": _("automatic deletion"),
    "reapply_deletions": _("automatic search for what came back"),
    "data_map": _("the data map"),
    "pause": _("command: pause or resume"),
}
OCCASION = Fact(CODE, dict(DeletionPlan.Occasion.choices))
WHY = Fact(CODE, dict(Certificate.Occasion.choices))
GROUND = Fact(CODE, dict(LegalHold.Ground.choices))
AFTER = Fact(
    COUNT,
    {
        "0": _("right after the erasure"),
        "1": _("1 day after the erasure"),
        "7": _("7 days after the erasure"),
        "30": _("30 days after the erasure"),
    },
)
PLAN = {"plan": ID, "sha256": HASH}
RUN = {"run": ID, "plan": ID, "sha256": HASH}

_KEEPING = {
    "hold.kept": Event(
        _("Hold %(hold)s placed (%(ground)s)."), hold=ID, ground=GROUND, whole=FLAG, reach=DETAIL, review_on=DAY,
        told=FLAG, gone=DETAIL,
    ),
    "hold.reviewed": Event(
        _("Hold %(hold)s reviewed; the next review is on %(review_on)s."), hold=ID, review_on=DAY, was_review_on=DAY
    ),
    "hold.lifted": Event(_("Hold %(hold)s released; a new plan and approval are needed."), hold=ID, plan=ID),
    "duty.decided": Event(_("Retention duty %(duty)s decided."), duty=ID, rule=CODE, years=COUNT, until=DAY,
                          reach=DETAIL, origin=CODE),
    "duty.ended": Event(_("Retention duty %(duty)s ended."), duty=ID, origin=CODE),
    "duty.lapsed": Event(_("Retention duty %(duty)s has lapsed; what it kept may go."), duty=ID, until=DAY),
}  # fmt: skip

_PLANS = {
    "plan.made": Event(
        _("Deletion plan %(plan)s made: %(occasion)s."), **PLAN, occasion=OCCASION, rows=COUNT, files=COUNT,
        bytes=COUNT, blockers=CODES,
    ),
    "plan.refused": Event(
        _("Deletion plan %(plan)s made; it cannot be carried out as things stand."), **PLAN, occasion=OCCASION,
        refusals=CODES,
    ),
    "plan.superseded": Event(_("Deletion plan %(plan)s replaced by plan %(by_plan)s."), **PLAN, by_plan=ID),
    "plan.overtaken": Event(
        _("Deletion plan %(plan)s counts no more, because hold %(hold)s was released."), **PLAN, hold=ID
    ),
    "plan.asked": Event(_("Approval of deletion plan %(plan)s asked for."), **PLAN, recipients=COUNT),
    "plan.approved": Event(_("Deletion plan %(plan)s approved."), **PLAN, approval=ID),
    "plan.approval_withdrawn": Event(
        _("The approval of deletion plan %(plan)s was withdrawn."), **PLAN, approval=ID
    ),
}  # fmt: skip

_RUNS = {
    "run.queued": Event(_("Deletion run %(run)s is to begin."), **RUN, approval=ID),
    "run.started": Event(_("Deletion run %(run)s began."), **RUN, approval=ID, attempt=COUNT),
    "run.stopped": Event(_("Deletion run %(run)s stopped."), **RUN, codes=CODES, gone=COUNT, step=ID),
    "run.resumed": Event(_("Deletion run %(run)s goes on."), **RUN, approval=ID),
    "run.step": Event(
        _("Run %(run)s, step %(step)s: %(gone)s gone, %(kept)s kept, %(left)s left."),
        **RUN, step=ID, kind=CODE, place=DETAIL, planned=COUNT, gone=COUNT, kept=COUNT, left=COUNT, bytes=COUNT,
    ),
    "run.abandoned": Event(_("Deletion run %(run)s given up."), **RUN, gone=COUNT),
    "run.live_erased": Event(_("Deletion run %(run)s: live data erased and verified."), **RUN, rows=COUNT, files=COUNT),
    "run.final": Event(_("Deletion run %(run)s is final: all copies are gone or named."), **RUN),
    "run.reopened": Event(_("Deletion run %(run)s reopened: data was found again."), **RUN, found=DETAIL),
    "run.traces": Event(_("Our own traces of the customer were erased."), **RUN, what=DETAIL),
    "verification.passed": Event(
        _("Looked for what is left, %(after_days)s: nothing."), run=ID, after_days=AFTER, looked=DETAIL
    ),
    "verification.failed": Event(
        _("Looked for what is left, %(after_days)s: something was found."),
        run=ID, after_days=AFTER, found=DETAIL,
    ),
    "verification.unsure": Event(
        _("Looked for what is left, %(after_days)s: a person must say whose it is."),
        run=ID, after_days=AFTER, found=DETAIL,
    ),
    "verification.settled": Event(
        _("What was found %(after_days)s is not the customer’s."), run=ID, after_days=AFTER, found=DETAIL
    ),
    "attestation.opened": Event(
        _("Attestation needed for “%(store)s”, due on %(due_on)s."), run=ID, attestation=ID, store=CODE, due_on=DAY
    ),
    "attestation.done": Event(
        _("Attested that “%(store)s” holds nothing any more."), run=ID, attestation=ID, store=CODE, sha256=HASH
    ),
}  # fmt: skip

_EVIDENCE = {
    "certificate.issued": Event(
        _("Certificate %(number)s issued: %(why)s."),
        certificate=ID, number=CODE, why=WHY, sha256=HASH, run=ID, supplements=CODE,
    ),
    "certificate.fetched": Event(
        _("Certificate %(number)s fetched by the customer."), certificate=ID, number=CODE, kind=CODE
    ),
    "certificate.tombstone": Event(
        _("Written down, so that the data is noticed if it comes back."), run=ID, sha256=HASH
    ),
    "tenant.came_back": Event(
        ngettext_lazy(
            "An erased tenant is there again, with %(rows)s row.",
            "An erased tenant is there again, with %(rows)s rows.", "rows",
        ),
        resurrection=ID, store=CODE, rows=COUNT, sha256=HASH,
    ),
    "tenant.key_reused": Event(
        _("The key of an erased tenant belongs to somebody else now."), resurrection=ID, store=CODE, sha256=HASH
    ),
    "tenant.confirmed": Event(
        _("Confirmed that the tenant that came back is erased again."), resurrection=ID, plan=ID, sha256=HASH
    ),
    "tenant.dismissed": Event(_("A tenant that came back was left alone."), resurrection=ID),
    "deletion.paused": Event(_("All deletion is paused."), pause=ID),
    "deletion.unpaused": Event(_("Deletion goes on again."), pause=ID),
}  # fmt: skip

EVENTS: dict[str, Event] = {**_KEEPING, **_PLANS, **_RUNS, **_EVIDENCE}
