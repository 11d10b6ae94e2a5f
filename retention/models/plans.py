"""What would go, hashed, and who agreed to it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from offboarding.models import Agreement, Customer
from retention.querysets import DeletionPlanQuerySet


class DeletionPlan(models.Model):
    """An exact dry run: ``content`` is what ``plan_content`` builds, ``sha256`` the digest of its canonical JSON."""

    class Occasion(models.TextChoices):
        END = "end", _("the agreement has ended")
        REMAINDER = "remainder", _("what was kept may go now")
        REOPENED = "reopened", _("data was found again")
        RESTORED = "restored", _("a restored backup brought it back")

    class State(models.TextChoices):
        READY = "ready", _("complete")
        REFUSED = "refused", _("cannot be carried out")
        SUPERSEDED = "superseded", _("replaced by a later one")
        USED = "used", _("carried out")

    CURRENT = (State.READY, State.REFUSED)

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="deletion_plans", verbose_name=_("customer")
    )
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="deletion_plans", verbose_name=_("agreement")
    )
    occasion = models.CharField(_("occasion"), max_length=9, choices=Occasion, default=Occasion.END)
    state = models.CharField(_("state"), max_length=10, choices=State)
    made_by = models.CharField(_("made by"), max_length=255)
    """An ``Actor``."""
    made_at = models.DateTimeField(_("made"))
    content = models.JSONField(editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, editable=False)
    samples = models.JSONField(default=dict, editable=False)
    """Store → table → keys of some rows that go, to be searched for afterwards; emptied when the deletion is final."""
    asked_at = models.DateTimeField(_("approval asked for"), null=True, editable=False)

    objects = DeletionPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("deletion plan")
        verbose_name_plural = _("deletion plans")
        ordering = ("-pk",)
        default_permissions = ("view",)
        permissions = [
            ("make_deletionplan", "Can make a deletion plan"),
            ("approve_deletionplan", "Can approve a deletion plan"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state__in=["ready", "refused"]), name="deletionplan_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} – {self.customer}"

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """The state in the words of the screens: a plan that stands waits, or somebody has approved it."""
        if self.state != self.State.READY:
            return str(dict(self.State.choices).get(self.state, self.state))
        approved = any(one.withdrawn_at is None for one in self.approvals.all())
        return gettext("approved, not begun") if approved else gettext("waits for an approval")


class PlanApproval(models.Model):
    """A second person agreed to exactly this plan. It ages; a plan may be approved again."""

    plan = models.ForeignKey(DeletionPlan, on_delete=models.PROTECT, related_name="approvals", verbose_name=_("plan"))
    sha256 = models.CharField(_("SHA-256 of the plan"), max_length=64)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"))
    tombstone = models.CharField(max_length=300, blank=True, editable=False)
    """Where this confirms an erasure again after a restored backup: the tombstone with the old approval."""
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("withdrawn by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_because = models.TextField(_("withdrawn because"), blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ("-pk",)
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["plan"], condition=Q(withdrawn_at=None), name="planapproval_one_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} – {self.approved_by}"
