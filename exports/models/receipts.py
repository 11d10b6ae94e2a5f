"""What the customer says about a package: that everything has arrived, or what is missing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exports.models.jobs import ExportJob
from offboarding.models import Contact


class Receipt(models.Model):
    """The confirmation of *this* package, by the digest of its manifest, or an objection to it."""

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("everything has arrived")
        OBJECTED = "objected", _("something is missing")

    job = models.ForeignKey(ExportJob, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("export job"))
    manifest_sha256 = models.CharField(_("manifest SHA-256"), max_length=64)
    outcome = models.CharField(_("outcome"), max_length=9, choices=Outcome)
    given_at = models.DateTimeField(_("given"))
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("given by")
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    """Staff, where the customer said it otherwise than on the self-service page."""
    because = models.TextField(_("by what we know"), blank=True)
    missing = models.JSONField(_("what is missing"), default=dict)
    """Category → the customer's words; empty for a confirmation."""
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("settled by")
    )
    settled_because = models.TextField(_("settled because"), blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ("-pk",)
        default_permissions = ("view",)
        permissions = [
            ("record_receipt", "Can record what a customer says about a package"),
            ("settle_receipt", "Can settle a customer's objection to a package"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(manifest_sha256=""), name="receipt_of_one_package"),
            models.CheckConstraint(
                condition=Q(contact__isnull=False) | Q(~Q(because=""), recorded_by__isnull=False),
                name="receipt_given_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(outcome="confirmed", missing={}) | Q(~Q(missing={}), outcome="objected"),
                name="receipt_objection_says_what",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True, settled_because="")
                | Q(~Q(settled_because=""), settled_at__isnull=False, settled_by__isnull=False, outcome="objected"),
                name="receipt_settled_by_name",
            ),
            models.UniqueConstraint(fields=["job"], condition=Q(outcome="confirmed"), name="receipt_confirmed_once"),
            models.UniqueConstraint(
                fields=["job"], condition=Q(outcome="objected", settled_at=None), name="receipt_one_open_objection"
            ),
        ]
        indexes = [
            models.Index(fields=["given_at"], name="receipt_open", condition=Q(outcome="objected", settled_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.job} – {self.get_outcome_display()}"
