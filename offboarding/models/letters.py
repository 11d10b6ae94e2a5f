"""The outbox: what was written to whom, word for word, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from offboarding.models.agreements import Agreement
from offboarding.models.customers import Contact, Customer, Language
from offboarding.querysets import LetterQuerySet


class Letter(models.Model):
    """One letter to one address, written once per ``key`` whatever cron does."""

    class Occasion(models.TextChoices):
        ACKNOWLEDGEMENT = "acknowledgement", _("notice received")
        DECISION = "decision", _("notice decided")
        DATES_CHANGED = "dates_changed", _("dates changed")
        CONTINUES = "continues", _("agreement continues")
        WINDOW_OPEN = "window_open", _("exports can be requested")
        EXPORT_READY = "export_ready", _("export ready")
        EXPORT_REMINDER = "export_reminder", _("export to confirm")
        RECEIPT = "receipt", _("receipt or objection")
        WAIVER = "waiver", _("earlier deletion asked for")
        WARNING_30 = "warning_30", _("30 days before deletion")
        WARNING_7 = "warning_7", _("7 days before deletion")
        WARNING_1 = "warning_1", _("1 day before deletion")
        HOLD = "hold", _("data kept by a hold")
        DELETED = "deleted", _("data deleted")
        ASSISTANCE = "assistance", _("help with the transfer")
        APPROVAL_ASKED = "approval_asked", _("deletion plan to approve")
        ATTESTATION = "attestation", _("copy to attest")
        ALARM = "alarm", _("erased data found again")

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("refused")
        BOUNCED = "bounced", _("came back")
        UNCLEAR = "unclear", _("unclear")
        CANCELLED = "cancelled", _("cancelled")
        OVERTAKEN = "overtaken", _("overtaken by a later one")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="letters", verbose_name=_("customer"))
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, null=True, related_name="letters", verbose_name=_("agreement")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, related_name="letters", verbose_name=_("contact")
    )
    address = models.EmailField(_("address"), max_length=254)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    occasion = models.CharField(_("occasion"), max_length=15, choices=Occasion)
    key = models.CharField(max_length=400, unique=True, editable=False)
    """Occasion, agreement, what makes it a new one, address: a second letter with the same key is never written."""
    message_id = models.CharField(_("Message-ID"), max_length=300, unique=True, editable=False)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    html = models.TextField(blank=True, editable=False)
    calendar = models.TextField(blank=True, editable=False)
    """The milestones as iCalendar (RFC 5545); empty where there are none."""
    enclosure = models.CharField(_("enclosure"), max_length=300, blank=True, editable=False)
    """Name of a file in the ``evidence`` storage that travels along."""

    state = models.CharField(_("state"), max_length=9, choices=State, default=State.QUEUED)
    written_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    tried_at = models.DateTimeField(_("last attempt"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    error = models.TextField(_("what went wrong"), blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("-pk",)
        default_permissions = ("view",)
        permissions = [("resend_letter", "Can send a letter again or settle what became of it")]
        indexes = [
            models.Index(fields=["agreement", "occasion"], name="letter_by_occasion"),
            models.Index(fields=["due_at"], name="letter_to_send", condition=Q(state__in=["queued", "sending"])),
            models.Index(
                fields=["agreement"],
                name="letter_undelivered",
                condition=Q(state__in=["refused", "bounced", "unclear"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="letter_sent_when"),
        ]

    def __str__(self) -> str:
        return gettext("%(occasion)s, to %(address)s") % {
            "occasion": capfirst(self.get_occasion_display()), "address": self.address,
        }  # fmt: skip

    def get_occasion_display(self) -> str:  # type: ignore[no-redef]
        """The occasion in words; a letter about a hold tells of its beginning or of its end."""
        if self.occasion == self.Occasion.HOLD:
            return gettext("about the hold")
        return str(dict(self.Occasion.choices).get(self.occasion, self.occasion))
