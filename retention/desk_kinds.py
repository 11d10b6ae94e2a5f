"""The kinds of matters about deletion, as a table: how urgent, who settles them, and what they are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from offboarding import desk_coming, desk_running
from offboarding.desk_matters import Kind, declare
from retention import desk_matters as of

KINDS = (
    Kind(
        name="back",
        urgency=5,
        title=_("Erased data that is there again"),
        why=_("Nobody should have access to it until somebody confirms that it is erased again."),
        action=_("Confirm or dismiss"),
        settles="retention.confirm_resurrection",
        sees="retention.view_resurrection",
        rows=of.back,
        matter=of.back_told,
        rest="retention_resurrection_changelist?state__exact=found",
    ),
    Kind(
        name="reopened",
        urgency=8,
        title=_("Something left after an erasure"),
        why=_("It takes a new plan and its approval; the customer has a certificate that is wrong."),
        action=_("Look"),
        settles="retention.make_deletionplan",
        sees="retention.view_deletionrun",
        rows=of.reopened,
        matter=of.run_told,
        rest="retention_deletionrun_changelist?state__exact=reopened",
    ),
    Kind(
        name="stopped",
        urgency=50,
        title=_("Deletion runs that stopped"),
        why=_("What has gone is gone; the rest waits until somebody resumes the run or gives it up."),
        action=_("Resume or give up"),
        settles="retention.start_deletionrun",
        sees="retention.view_deletionrun",
        rows=of.stopped,
        matter=of.run_told,
        rest="retention_deletionrun_changelist?state__exact=stopped",
    ),
    Kind(
        name="plans",
        urgency=60,
        title=_("Deletion plans to approve"),
        why=_("Nothing is deleted before a second person has read the plan and agreed."),
        action=_("Read and approve"),
        settles="retention.approve_deletionplan",
        sees="retention.view_deletionplan",
        rows=of.plans,
        matter=of.plan_told,
        rest="retention_deletionplan_changelist?state__exact=ready",
        not_theirs=of.made_by,
    ),
    Kind(
        name="refused_plans",
        urgency=62,
        title=_("Deletion plans that cannot be carried out"),
        why=_("Each says why; mend that, then a new plan is made."),
        action=_("Look"),
        settles="retention.make_deletionplan",
        sees="retention.view_deletionplan",
        rows=of.refused_plans,
        matter=of.plan_told,
        rest="retention_deletionplan_changelist?state__exact=refused",
    ),
    Kind(
        name="attestations",
        urgency=70,
        title=_("Copies to attest"),
        why=_("The deletion is not final before somebody says that these copies are gone."),
        action=_("Attest"),
        settles="retention.attest_attestation",
        sees="retention.view_attestation",
        rows=of.attestations,
        matter=of.attestation_told,
        rest="retention_attestation_changelist",
    ),
    Kind(
        name="findings",
        urgency=72,
        title=_("Findings of later looks to settle"),
        why=_("Something was found that may be somebody else's: a person has to say whose it is."),
        action=_("Settle"),
        settles="retention.attest_attestation",
        sees="retention.view_verification",
        rows=of.findings,
        matter=of.look_told,
        rest="retention_verification_changelist",
    ),
    Kind(
        name="holds",
        urgency=76,
        title=_("Holds to review"),
        why=_("A hold never ends by itself: does its ground still stand?"),
        action=_("Review"),
        settles="retention.place_legalhold",
        sees="retention.view_legalhold",
        rows=of.holds,
        matter=of.hold_told,
        rest="retention_legalhold_changelist",
    ),
    Kind(
        name="pause",
        urgency=86,
        title=_("All deletion is paused"),
        why=_("Nothing of any customer is deleted until somebody resumes it."),
        action=_("Resume"),
        settles="retention.set_pause",
        sees="retention.view_pause",
        rows=of.pauses,
        matter=of.pause_told,
        rest="retention_pause_changelist",
    ),
    Kind(
        name="idle",
        urgency=89,
        title=_("Deletion runs that nobody works on"),
        why=_("A free worker would have taken them within seconds: does one run?"),
        action=_("Look"),
        settles="retention.start_deletionrun",
        sees="retention.view_deletionrun",
        rows=of.idle,
        matter=of.run_told,
        rest="retention_deletionrun_changelist?state__exact=queued",
    ),
    Kind(
        name="late_looks",
        urgency=91,
        title=_("Later looks that are overdue"),
        why=_("Cron should have looked whether anything is left: does it run “manage.py enforce_retention”?"),
        action=_("Look"),
        settles="retention.attest_attestation",
        sees="retention.view_verification",
        rows=of.late_looks,
        matter=of.look_told,
        rest="retention_verification_changelist",
    ),
)


def declare_all() -> None:
    """Tells the first page of them, of the runs that work, and of the holds that come up."""
    for kind in KINDS:
        declare(f"retention.{kind.name}", kind)
    desk_running.declare("retention", of.running)
    desk_coming.declare("holds", of.coming)
