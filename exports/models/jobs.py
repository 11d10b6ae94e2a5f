"""Export jobs, their volumes, and files that are missing. The row is the truth; the queue only rings (DESIGN §8)."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exports.contents import Category
from exports.querysets import ExportJobQuerySet, VolumeQuerySet
from offboarding.models import Contact, Customer, Language

FORMATS = ("csv", "xlsx", "json", "xml", "sql", "pdf", "docx", "media")


def every_category() -> list[str]:
    return [category.value for category in Category]


def every_format() -> list[str]:
    return list(FORMATS)


class ExportJob(models.Model):
    """One request for a customer's data.

    A worker owns the job while ``epoch`` is the number its claim made; everything it writes says
    ``WHERE epoch = mine``, so a worker that lost its lease cannot change anything any more.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        COMPLETE = "complete", _("complete")
        INCOMPLETE = "incomplete", _("incomplete")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("expired")

    ACTIVE = (State.QUEUED, State.RUNNING)
    RETRYABLE = (State.INCOMPLETE, State.FAILED, State.CANCELLED)
    ENDED = (State.COMPLETE, State.INCOMPLETE, State.FAILED, State.CANCELLED, State.EXPIRED)

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="export_jobs", verbose_name=_("customer")
    )
    categories = models.JSONField(_("categories"), default=every_category)
    formats = models.JSONField(_("formats"), default=every_format)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("requested by")
    )
    requested_by_contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("requested by the customer's")
    )
    """Either staff or a contact has requested it, never both."""
    requested_at = models.DateTimeField(_("requested"))

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    step = models.CharField(_("step"), max_length=200, blank=True)
    epoch = models.PositiveIntegerField(_("epoch"), default=0, editable=False)
    attempt = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    worker = models.CharField(_("worker"), max_length=200, blank=True, editable=False)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    expires_at = models.DateTimeField(_("package kept until"), null=True, editable=False)

    rows_total = models.PositiveBigIntegerField(_("rows to write"), default=0, editable=False)
    rows_done = models.PositiveBigIntegerField(_("rows written"), default=0, editable=False)
    bytes_total = models.PositiveBigIntegerField(_("bytes of media"), default=0, editable=False)
    bytes_done = models.PositiveBigIntegerField(_("bytes of media written"), default=0, editable=False)

    error = models.TextField(_("what went wrong"), blank=True, editable=False)
    tables_result = models.JSONField(default=dict, editable=False)
    """What the tables stage found and wrote, so that later stages survive a crash without reading again."""
    statement = models.JSONField(_("completeness statement"), null=True, editable=False)
    manifest_name = models.CharField(max_length=300, blank=True, editable=False)
    manifest_sha256 = models.CharField(_("manifest SHA-256"), max_length=64, blank=True, editable=False)

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("export job")
        verbose_name_plural = _("export jobs")
        ordering = ("-pk",)
        permissions = [
            ("request_exportjob", "Can request an export"),
            ("cancel_exportjob", "Can cancel an export"),
            ("retry_exportjob", "Can start an export again"),
            ("expire_exportjob", "Can remove an export's package"),
            ("download_exportjob", "Can download a customer's package"),
            ("accept_missingfile", "Can accept that a file is missing"),
        ]
        indexes = [
            models.Index(
                fields=["heartbeat_at"], name="exportjob_active", condition=Q(state__in=["queued", "running"])
            ),
            models.Index(fields=["finished_at"], name="exportjob_red", condition=Q(state__in=["failed", "incomplete"])),
            models.Index(fields=["expires_at"], name="exportjob_expiring", condition=Q(expires_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["queued", "running", "complete", "incomplete", "failed", "cancelled", "expired"]
                ),
                name="exportjob_state_known",
            ),
            models.CheckConstraint(
                condition=Q(requested_by__isnull=True) ^ Q(requested_by_contact__isnull=True),
                name="exportjob_requested_by_one",
            ),
            models.CheckConstraint(
                condition=Q(state="running", heartbeat_at__isnull=False, started_at__isnull=False, epoch__gt=0)
                | ~Q(state="running"),
                name="exportjob_running_is_claimed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], finished_at__isnull=True)
                | Q(~Q(state__in=["queued", "running"]), finished_at__isnull=False),
                name="exportjob_finished_when_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="complete") | Q(~Q(manifest_sha256=""), statement__isnull=False, error=""),
                name="exportjob_complete_is_proved",
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(error=""), name="exportjob_failed_says_why"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state__in=["queued", "running"]), name="exportjob_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} – {self.customer}"

    @property
    def folder(self) -> str:
        """Where everything of this job lies in the ``exports`` storage."""
        return f"job-{self.pk}"

    @property
    def fraction(self) -> float:
        """Work done, 0–1; a row counts as much as a hundred bytes of media."""
        total = self.rows_total * 100 + self.bytes_total
        if self.state in (self.State.COMPLETE, self.State.INCOMPLETE, self.State.EXPIRED):
            return 1.0
        return min(1.0, (self.rows_done * 100 + self.bytes_done) / total) if total else 0.0


class Volume(models.Model):
    """One ZIP file of a package: the unit of work, progress, retry and download."""

    class Kind(models.TextChoices):
        START = "start", _("start here")
        TABLES = "tables", _("tables")
        MEDIA = "media", _("media")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        VERIFIED = "verified", _("stored and read back")
        REMOVED = "removed", _("removed")

    job = models.ForeignKey(ExportJob, on_delete=models.PROTECT, related_name="volumes", verbose_name=_("export job"))
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED)
    name = models.CharField(_("file"), max_length=300, blank=True)
    """Name in the ``exports`` storage."""
    bytes = models.PositiveBigIntegerField(_("bytes"), default=0)
    bytes_done = models.PositiveBigIntegerField(_("bytes written"), default=0)
    files = models.PositiveIntegerField(_("files"), default=0)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, validators=[MinLengthValidator(64)])
    plan = models.JSONField(default=list, editable=False)
    """Media only: ``[store, path, size, category]`` of each file."""
    result = models.JSONField(default=dict, editable=False)
    """What writing and reading back found."""

    objects = VolumeQuerySet.as_manager()

    class Meta:
        verbose_name = _("volume")
        verbose_name_plural = _("volumes")
        ordering = ("job", "number")
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="volume_number_unique"),
            models.CheckConstraint(condition=Q(number__gte=1), name="volume_number_from_one"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "verified", "removed"]), name="volume_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(~Q(sha256=""), ~Q(name=""), bytes__gt=0),
                name="volume_verified_is_hashed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number:03d}"


class MissingFile(models.Model):
    """A file that the platform's rows name but its storage does not hold; a person may accept that, by name."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="missing_files", verbose_name=_("customer")
    )
    store = models.CharField(_("store"), max_length=100)
    path = models.TextField(_("path"))
    path_sha256 = models.CharField(max_length=64, editable=False)
    reason = models.TextField(_("what was found"))
    referenced_by = models.CharField(_("named by"), max_length=300, blank=True)
    last_seen = models.ForeignKey(
        ExportJob, on_delete=models.PROTECT, related_name="missing_files", verbose_name=_("last seen in")
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("accepted by")
    )
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    accepted_because = models.TextField(_("accepted because"), blank=True)

    class Meta:
        verbose_name = _("missing file")
        verbose_name_plural = _("missing files")
        ordering = ("customer", "store", "pk")
        constraints = [
            models.UniqueConstraint(fields=["customer", "store", "path_sha256"], name="missingfile_once"),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True, accepted_at__isnull=True, accepted_because="")
                | Q(~Q(accepted_because=""), accepted_by__isnull=False, accepted_at__isnull=False),
                name="missingfile_accepted_by_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store}: {self.path}"
