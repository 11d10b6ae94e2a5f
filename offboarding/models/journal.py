"""The append-only record of everything that happened to a case."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class JournalEntry(models.Model):
    """One thing that happened. Plain numbers instead of foreign keys: nothing that goes takes an entry along.

    ``hash`` is the SHA-256 over the canonical JSON of the entry and the hash before it; ``seal`` is the
    HMAC-SHA256 of ``hash`` under a key that is not in the database, so that nobody who only reaches the database
    can add one. Triggers refuse UPDATE, DELETE and TRUNCATE.
    """

    seq = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("when"))
    actor = models.CharField(_("who"), max_length=200)
    event = models.CharField(_("what"), max_length=60)
    customer = models.BigIntegerField(_("customer"), null=True)
    agreement = models.BigIntegerField(_("agreement"), null=True)
    reason = models.TextField(_("reason"), blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(_("hash"), max_length=64, unique=True)
    key_id = models.CharField(max_length=16)
    seal = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering = ("-seq",)
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["agreement", "-seq"], name="journal_of_agreement"),
            models.Index(fields=["customer", "-seq"], name="journal_of_customer"),
            models.Index(fields=["event", "-seq"], name="journal_of_event"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.event}"
