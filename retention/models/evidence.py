"""What outlives everything it speaks of, and the switch that stops everything."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from retention.querysets import CertificateQuerySet, PauseQuerySet


class Certificate(models.Model):
    """A signed statement of what is gone, what remains, why and until when; numbers have no gaps.

    It refers to nothing by a foreign key but to the certificate that it supplements.
    """

    class Occasion(models.TextChoices):
        LIVE_ERASED = "live_erased", _("live data erased")
        COPIES_GONE = "copies_gone", _("the other copies are gone")
        REMAINDER = "remainder", _("what was kept is erased")
        FOUND_AGAIN = "found_again", _("data was found again")
        ERASED_AGAIN = "erased_again", _("erased again")

    sequence = models.PositiveIntegerField(_("number"), unique=True)
    supplements = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="supplemented_by", verbose_name=_("supplements")
    )
    occasion = models.CharField(_("occasion"), max_length=12, choices=Occasion)
    code = models.CharField(_("code"), max_length=30)
    """What a reader types with the number on the public page."""
    customer_number = models.PositiveBigIntegerField(editable=False, db_index=True)
    agreement_number = models.PositiveBigIntegerField(editable=False)
    run_number = models.PositiveBigIntegerField(editable=False)
    plan_sha256 = models.CharField(max_length=64, editable=False)
    customer_name = models.CharField(_("customer"), max_length=255)
    language = models.CharField(_("language"), max_length=2)
    issued_at = models.DateTimeField(_("issued"))
    content = models.TextField(editable=False)
    """Canonical JSON, exactly the bytes that are signed."""
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    key_id = models.CharField(_("signing key"), max_length=16)
    signature = models.TextField(editable=False)
    """``Signature.to_json()``."""
    documents = models.JSONField(default=dict, editable=False)
    """``{"json": {"name", "sha256", "bytes"}, "sv": …, "en": …}`` in the ``evidence`` storage."""

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ("-sequence",)
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(condition=Q(sequence__gte=1), name="certificate_from_one")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """``C-000042``."""
        return f"C-{self.sequence:06}"


class Resurrection(models.Model):
    """A tenant that was erased and is there again, or whose key somebody else has now."""

    class State(models.TextChoices):
        FOUND = "found", _("waits for a confirmation")
        CONFIRMED = "confirmed", _("confirmed, to be erased again")
        ERASED = "erased", _("erased again")
        REUSED = "reused", _("the key belongs to somebody else now")
        DISMISSED = "dismissed", _("looked at, nothing to erase")

    tombstone = models.CharField(_("tombstone"), max_length=300)
    """Name in the ``evidence`` storage."""
    store = models.CharField(_("store"), max_length=30)
    tenant_key = models.CharField(_("tenant key"), max_length=255)
    fingerprint = models.CharField(max_length=64, editable=False)
    """Of the row that is there now."""
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.FOUND)
    found_at = models.DateTimeField(_("found"))
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("settled by")
    )
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_because = models.TextField(blank=True)
    run_number = models.PositiveBigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("tenant that came back")
        verbose_name_plural = _("tenants that came back")
        ordering = ("-pk",)
        default_permissions = ("view",)
        permissions = [("confirm_resurrection", "Can confirm that a tenant is erased again")]
        constraints = [
            models.UniqueConstraint(
                fields=["tombstone", "store"],
                condition=Q(state__in=["found", "confirmed"]),
                name="resurrection_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store}: {self.tenant_key}"


class Pause(models.Model):
    """The switch: while one is not lifted nothing is deleted, from the next batch on."""

    placed_by = models.CharField(_("paused by"), max_length=255)
    """An ``Actor``."""
    placed_at = models.DateTimeField(_("paused"))
    because = models.TextField(_("reason"))
    lifted_by = models.CharField(_("resumed by"), max_length=255, blank=True)
    lifted_at = models.DateTimeField(_("resumed"), null=True)

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause of all deletion")
        verbose_name_plural = _("pauses of all deletion")
        ordering = ("-pk",)
        default_permissions = ("view",)
        permissions = [("set_pause", "Can pause and resume all deletion")]
        constraints = [
            models.UniqueConstraint(fields=["lifted_by"], condition=Q(lifted_at=None), name="pause_one_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.placed_at:%Y-%m-%d %H:%M}"
