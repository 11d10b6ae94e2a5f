"""What the desk and the integrations remember for themselves: no evidence, and nothing of a customer's."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PhaseCount(models.Model):
    """How many agreements were in a phase on a day: counted once that day, so that months are compared cheaply."""

    day = models.DateField(_("day"))
    phase = models.CharField(_("phase"), max_length=13)
    agreements = models.PositiveIntegerField(_("agreements"))

    class Meta:
        verbose_name = _("count of a phase")
        verbose_name_plural = _("counts of phases")
        ordering = ("-day", "phase")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["day", "phase"], name="phasecount_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.phase}: {self.agreements}"


class IdempotencyKey(models.Model):
    """A request of an integration that must act once, by the key it sent (draft-ietf-httpapi-idempotency-key-header).

    ``status`` None while the first request is still at work; after a day the row is removed.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of method, path and body: another request with the same key is refused."""
    created_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotencykey_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotencykey_age")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.key}"
