"""One execution of an approved plan, its steps, and what is looked at and attested afterwards."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from offboarding.models import Agreement, Customer
from retention.models.plans import DeletionPlan, PlanApproval
from retention.querysets import AttestationQuerySet, DeletionRunQuerySet, VerificationQuerySet


class DeletionRun(models.Model):
    """A worker owns the run while ``epoch`` is the number its claim made; see ``exports.models.ExportJob``.

    *live-erased*: nothing is left where this application can look; *final*: those who hold other copies have attested
    their end, and every later look found nothing.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        STOPPED = "stopped", _("stopped")
        LIVE_ERASED = "live_erased", _("live-erased")
        FINAL = "final", _("final")
        REOPENED = "reopened", _("reopened")
        ABANDONED = "abandoned", _("given up")

    OPEN = (State.QUEUED, State.RUNNING, State.STOPPED)
    ERASED = (State.LIVE_ERASED, State.FINAL)

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="deletion_runs", verbose_name=_("customer")
    )
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="deletion_runs", verbose_name=_("agreement")
    )
    plan = models.ForeignKey(DeletionPlan, on_delete=models.PROTECT, related_name="runs", verbose_name=_("plan"))
    approval = models.ForeignKey(
        PlanApproval, on_delete=models.PROTECT, related_name="runs", verbose_name=_("approval")
    )
    """The newest approval that it ran under."""
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.QUEUED)
    epoch = models.PositiveIntegerField(default=0, editable=False)
    attempt = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    worker = models.CharField(_("worker"), max_length=200, blank=True, editable=False)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, editable=False)
    queued_at = models.DateTimeField(_("queued"))
    started_at = models.DateTimeField(_("started"), null=True)
    live_erased_at = models.DateTimeField(_("live-erased"), null=True)
    final_at = models.DateTimeField(_("final"), null=True)
    stopped_by = models.JSONField(default=list, editable=False)
    """Why it stopped: ``[{"code": …, "facts": {…}}, …]`` of ``retention.codes``."""
    error = models.TextField(_("what went wrong"), blank=True, editable=False)

    objects = DeletionRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("deletion run")
        verbose_name_plural = _("deletion runs")
        ordering = ("-pk",)
        default_permissions = ("view",)
        permissions = [("start_deletionrun", "Can start or give up a deletion run")]
        indexes = [
            models.Index(
                fields=["heartbeat_at"],
                name="deletionrun_open",
                condition=Q(state__in=["queued", "running", "stopped"]),
            ),
            models.Index(fields=["live_erased_at"], name="deletionrun_not_final", condition=Q(state="live_erased")),
            models.Index(fields=["started_at"], name="deletionrun_began", condition=Q(started_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(state__in=["queued", "running", "stopped"]),
                name="deletionrun_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["live_erased", "final"]) | Q(live_erased_at__isnull=False),
                name="deletionrun_erased_when",
            ),
            models.CheckConstraint(condition=~Q(state="final") | Q(final_at__isnull=False), name="deletionrun_final"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} – {self.customer}"

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """The state in the words of the screens."""
        if self.state == self.State.LIVE_ERASED:
            return gettext("data erased")
        return str(dict(self.State.choices).get(self.state, self.state))


class DeletionStep(models.Model):
    """One table, one prefix of files, or one of our own places. Counts are rows, or objects with all their versions."""

    class Kind(models.TextChoices):
        TABLE = "table", _("table")
        FILES = "files", _("files")
        PACKAGES = "packages", _("our export packages")
        TRACES = "traces", _("our own traces")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        KEPT = "kept", _("kept")

    run = models.ForeignKey(DeletionRun, on_delete=models.PROTECT, related_name="steps", verbose_name=_("run"))
    position = models.PositiveIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    store = models.CharField(_("store"), max_length=30, blank=True)
    name = models.CharField(_("name"), max_length=500, blank=True)
    """A table's key in the map, or the beginning of file names."""
    category = models.CharField(_("category"), max_length=7, blank=True)
    goes_with = models.CharField(max_length=500, blank=True)
    """The table in whose batches these rows go."""
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.WAITING)
    planned = models.PositiveBigIntegerField(_("planned"), default=0)
    bytes_planned = models.PositiveBigIntegerField(default=0)
    gone = models.PositiveBigIntegerField(_("gone"), default=0)
    bytes_gone = models.PositiveBigIntegerField(default=0)
    kept = models.PositiveBigIntegerField(_("kept"), default=0)
    left = models.PositiveBigIntegerField(_("left"), null=True)
    """What the look after the last batch still found; None before it."""
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    verified_at = models.DateTimeField(_("verified"), null=True)
    result = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ("run", "position")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="deletionstep_position"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(left=0, verified_at__isnull=False), name="deletionstep_done_is_verified"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.position} {self.store} {self.name}".strip()


class Verification(models.Model):
    """One independent look for what is left: at the end of the run, and 1, 7 and 30 days later."""

    run = models.ForeignKey(DeletionRun, on_delete=models.PROTECT, related_name="verifications", verbose_name=_("run"))
    after_days = models.PositiveSmallIntegerField(_("days after"))
    due_on = models.DateField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True)
    passed = models.BooleanField(_("nothing found"), null=True)
    found = models.JSONField(default=list, editable=False)
    """``[{"store", "place", "why", "count", "examples", "certain"}, …]``."""
    looked_at = models.JSONField(default=dict, editable=False)
    """How it was looked, and how much: what the certificate may claim."""

    objects = VerificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ("run", "after_days")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["due_on"], name="verification_due", condition=Q(done_at=None))]
        constraints = [models.UniqueConstraint(fields=["run", "after_days"], name="verification_once")]

    def __str__(self) -> str:
        return f"{self.run_id} +{self.after_days}"


class Attestation(models.Model):
    """A copy that this application cannot reach (backups, search index, sub-processors): somebody attests its end."""

    run = models.ForeignKey(DeletionRun, on_delete=models.PROTECT, related_name="attestations", verbose_name=_("run"))
    store = models.CharField(_("store"), max_length=30)
    description = models.CharField(_("description"), max_length=500)
    attester = models.CharField(_("to be attested by"), max_length=255)
    keep_days = models.PositiveIntegerField(_("days that copies live"))
    due_on = models.DateField(_("due"))
    attested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("attested by")
    )
    attested_at = models.DateTimeField(_("attested"), null=True)
    statement = models.TextField(_("statement"), blank=True)
    evidence = models.CharField(_("evidence"), max_length=300, blank=True, editable=False)
    """Name in the ``evidence`` storage."""
    evidence_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    objects = AttestationQuerySet.as_manager()

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        ordering = ("due_on", "pk")
        default_permissions = ("view",)
        permissions = [("attest_attestation", "Can attest that a copy is gone")]
        indexes = [models.Index(fields=["due_on"], name="attestation_open", condition=Q(attested_at=None))]
        constraints = [
            models.UniqueConstraint(fields=["run", "store"], name="attestation_once"),
            models.CheckConstraint(
                condition=Q(attested_at=None, attested_by=None, statement="")
                | Q(~Q(statement=""), attested_at__isnull=False, attested_by__isnull=False),
                name="attestation_by_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.store}"
