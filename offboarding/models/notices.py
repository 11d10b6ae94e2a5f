"""Notices as records: the message that came in, unchanged, and what was decided about it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from offboarding.models.agreements import Agreement
from offboarding.models.customers import Contact, Customer
from offboarding.querysets import MessageQuerySet, NoticeQuerySet


class StoredMessage(models.Model):
    """The original of a mail, letter or form, byte for byte in the ``default`` storage under its hash."""

    class Source(models.TextChoices):
        MAILBOX = "mailbox", _("mailbox")
        UPLOAD = "upload", _("upload")
        PORTAL = "portal", _("self-service page")
        API = "api", _("integration")

    class State(models.TextChoices):
        MATCHED = "matched", _("belongs to a case")
        PROBLEM = "problem", _("waits for a person")
        SETTLED = "settled", _("settled by a person")

    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    storage_name = models.CharField(_("stored as"), max_length=300)
    bytes = models.PositiveBigIntegerField(_("bytes"))
    source = models.CharField(_("came by"), max_length=7, choices=Source)
    file_name = models.CharField(_("file name"), max_length=255, blank=True)
    content_type = models.CharField(_("type"), max_length=100, default="message/rfc822")
    message_id = models.CharField(_("Message-ID"), max_length=998, blank=True)
    body_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    sender = models.CharField(_("sender"), max_length=320, blank=True)
    received_at = models.DateTimeField(_("received"))
    stored_at = models.DateTimeField(_("stored"))
    attachments = models.JSONField(_("attachments"), default=list, editable=False)
    """Name, type and bytes of each; they are kept inside the original and never opened."""
    state = models.CharField(_("state"), max_length=7, choices=State)
    problems = models.JSONField(_("reasons"), default=list, editable=False)
    """Codes of ``mail.Problem``; ``notes`` of those that stop nothing stand here too."""
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, related_name="messages", verbose_name=_("customer")
    )
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, null=True, related_name="messages", verbose_name=_("agreement")
    )
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="duplicates", verbose_name=_("same as")
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("settled by")
    )
    settled_at = models.DateTimeField(_("settled"), null=True)
    settled_because = models.TextField(_("settled because"), blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-received_at", "-pk")
        default_permissions = ("view",)
        permissions = [
            ("settle_storedmessage", "Can settle a message that waits for a person"),
            ("read_storedmessage", "Can read a message's original"),
        ]
        indexes = [
            models.Index(fields=["message_id"], name="message_by_id", condition=~Q(message_id="")),
            models.Index(fields=["-received_at"], name="message_waiting", condition=Q(state="problem")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="settled") | Q(~Q(settled_because=""), settled_by__isnull=False),
                name="message_settled_by_name",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.file_name or self.sha256[:12]


class TerminationNotice(models.Model):
    """A written notice: when received, how, from whom, the message itself, the decision. Receipt counts."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        LETTER = "letter", _("letter")
        FORM = "form", _("form")
        PORTAL = "portal", _("self-service page")
        API = "api", _("integration")

    class State(models.TextChoices):
        RECEIVED = "received", _("waits for a decision")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        DUPLICATE = "duplicate", _("says the same as an earlier one")

    class Decision(models.TextChoices):
        TIMELY = "timely", _("timely")
        LATE_ACCEPTED = "late_accepted", _("late, accepted as timely")
        NEXT_TERM = "next_term", _("late, for the end of the next term")
        REFUSED = "refused", _("refused")

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="notices", verbose_name=_("agreement")
    )
    channel = models.CharField(_("came by"), max_length=6, choices=Channel)
    received_at = models.DateTimeField(_("received"))
    received_by = models.CharField(_("receipt decided by"), max_length=200)
    """An ``Actor``: who or what says when it was received."""
    received_because = models.TextField(_("receipt decided because"), blank=True)
    recorded_at = models.DateTimeField(_("recorded"))
    sender = models.CharField(_("sender"), max_length=320, blank=True)
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("given by")
    )
    message = models.OneToOneField(
        StoredMessage, on_delete=models.PROTECT, null=True, related_name="notice", verbose_name=_("message")
    )
    needs = models.JSONField(_("waits for a person because"), default=list, editable=False)
    """Codes; empty once a person has vouched for the sender."""
    vouched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("vouched for by"),
    )
    vouched_because = models.TextField(_("vouched for because"), blank=True)

    state = models.CharField(_("state"), max_length=9, choices=State, default=State.RECEIVED)
    decision = models.CharField(_("decision"), max_length=13, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    because = models.TextField(_("reason"), blank=True)
    object_until = models.DateField(_("objections until"), null=True)
    objected_at = models.DateTimeField(_("objected"), null=True)
    objection = models.TextField(_("objection"), blank=True)
    objection_by = models.CharField(_("objection by"), max_length=200, blank=True)
    objection_settled_at = models.DateTimeField(_("objection settled"), null=True)
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="duplicates", verbose_name=_("same as")
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("termination notice")
        verbose_name_plural = _("termination notices")
        ordering = ("-received_at", "-pk")
        default_permissions = ("view",)
        permissions = [
            ("record_terminationnotice", "Can record a notice"),
            ("decide_terminationnotice", "Can decide a notice"),
            ("withdraw_terminationnotice", "Can record that a notice is withdrawn"),
        ]
        indexes = [
            models.Index(fields=["agreement"], name="notice_open", condition=Q(state="received")),
            models.Index(
                fields=["agreement"],
                name="notice_objected",
                condition=Q(objected_at__isnull=False, objection_settled_at=None),
            ),
            models.Index(
                fields=["object_until", "agreement"],
                name="notice_may_object",
                condition=Q(object_until__isnull=False, objected_at=None) & ~Q(state="withdrawn"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["agreement"], condition=Q(state="received"), name="notice_one_open"),
            models.UniqueConstraint(fields=["agreement"], condition=Q(state="accepted"), name="notice_one_in_force"),
            models.CheckConstraint(
                condition=Q(state__in=["received", "duplicate", "withdrawn"])
                | Q(~Q(decision=""), decided_by__isnull=False, decided_at__isnull=False),
                name="notice_decided_by_name",
            ),
            models.CheckConstraint(
                condition=~Q(state="duplicate") | Q(duplicate_of__isnull=False), name="notice_duplicate_of_one"
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=["late_accepted", "refused"]) | ~Q(because=""), name="notice_decided_because"
            ),
        ]

    def __str__(self) -> str:
        day = date_format(timezone.localdate(self.received_at), "DATE_FORMAT")
        return gettext("received %(day)s") % {"day": day}
