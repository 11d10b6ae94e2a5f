"""Contracts, the dates that follow from their end, and waivers of those dates."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from offboarding.models.customers import Contact, Customer
from offboarding.querysets import AgreementQuerySet

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """``R-7K3M-9QXW``: 40 random bits in Crockford's base32, stated in every letter about one agreement."""
    digits = "".join(secrets.choice(_CROCKFORD) for _digit in range(8))
    return f"R-{digits[:4]}-{digits[4:]}"


class Agreement(models.Model):
    """The contract of a customer. ``term_end`` is E, the last day of service, inclusive (DESIGN §3).

    The dates of its end are computed once (``offboarding.dates``), stored with the rules that made them, and move
    only later from then on – earlier only by an approved ``Waiver``. A date that is missing is never due.
    """

    class Policy(models.TextChoices):
        CONTRACT = "contract", _("the contract's own terms")
        DATA_ACT = "data_act", _("EU Data Act switching (Regulation (EU) 2023/2854)")

    class Ending(models.TextChoices):
        NOTICE = "notice", _("notice by the customer")
        EXPIRY = "expiry", _("expiry without renewal")
        VENDOR = "vendor", _("termination by the vendor")
        FOR_CAUSE = "for_cause", _("termination for cause")
        MUTUAL = "mutual", _("mutual agreement")

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("customer")
    )
    number = models.CharField(_("agreement number"), max_length=64, unique=True)
    reference = models.CharField(_("reference"), max_length=11, unique=True, default=new_reference, editable=False)
    term_start = models.DateField(_("term starts"))
    term_end = models.DateField(_("last day of the term"))
    notice_days = models.PositiveSmallIntegerField(_("days of notice"), default=30, validators=[MaxValueValidator(365)])
    export_window_days = models.PositiveSmallIntegerField(
        _("days to request an export"), default=90, validators=[MinValueValidator(90), MaxValueValidator(3650)]
    )
    auto_renews = models.BooleanField(_("renews itself"), default=True)
    renewal_months = models.PositiveSmallIntegerField(
        _("months of each following term"), default=12, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    policy = models.CharField(_("clock"), max_length=8, choices=Policy, default=Policy.CONTRACT)

    ending = models.CharField(_("ends by"), max_length=9, choices=Ending, blank=True, editable=False)
    service_ends = models.DateField(_("service ends"), null=True, editable=False)
    export_until = models.DateField(_("last day to request an export"), null=True, editable=False)
    delete_from = models.DateField(_("deletion not before"), null=True, editable=False)
    milestones = models.JSONField(default=dict, editable=False)
    """``dates.Milestones.to_json()``: the dates above with the rules that made them."""
    decisions = models.JSONField(default=dict, editable=False)
    """What people decided about the dates, as ``dates.Decisions`` reads it."""

    held_since = models.DateTimeField(_("on hold since"), null=True, editable=False)
    erased_at = models.DateTimeField(_("data deleted"), null=True, editable=False)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ("-term_end", "-pk")
        permissions = [
            ("end_agreement", "Can end or renew an agreement"),
            ("extend_agreement", "Can move an agreement's dates later"),
        ]
        indexes = [
            models.Index(fields=["-term_end", "-id"], name="agreement_newest_term"),
            models.Index(
                fields=["service_ends", "id", "customer"],
                name="agreement_ending",
                condition=Q(service_ends__isnull=False, erased_at=None),
            ),
            models.Index(
                fields=["export_until"],
                name="agreement_window",
                condition=Q(export_until__isnull=False, erased_at=None),
            ),
            models.Index(
                fields=["delete_from", "id", "customer"],
                name="agreement_deletion",
                condition=Q(delete_from__isnull=False, erased_at=None),
            ),
            models.Index(fields=["held_since"], name="agreement_held", condition=Q(held_since__isnull=False)),
            models.Index(fields=["-term_end", "-id"], name="agreement_erased", condition=Q(erased_at__isnull=False)),
            models.Index(fields=["-term_end", "-id"], name="agreement_data_act", condition=Q(policy="data_act")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(number=""), name="agreement_has_number"),
            models.CheckConstraint(condition=Q(term_end__gte=F("term_start")), name="agreement_ends_after_start"),
            models.CheckConstraint(condition=Q(export_window_days__gte=90), name="agreement_window_at_least_90_days"),
            models.CheckConstraint(condition=Q(renewal_months__gte=1), name="agreement_renews_by_months"),
            models.CheckConstraint(
                condition=Q(ending="", service_ends=None, export_until=None, delete_from=None)
                | Q(
                    ~Q(ending=""),
                    service_ends__isnull=False,
                    export_until__gte=F("service_ends"),
                    delete_from__gt=F("export_until"),
                ),
                name="agreement_has_all_dates_or_none",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(delete_from__isnull=False), name="agreement_erased_only_when_ended"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Waiver(models.Model):
    """A customer's signed wish to have its data deleted earlier; it counts when two people of the staff approve."""

    class State(models.TextChoices):
        OPEN = "open", _("waits for approval")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="waivers", verbose_name=_("agreement")
    )
    delete_from = models.DateField(_("deletion not before"))
    asked_by = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="+", verbose_name=_("signed for the customer by")
    )
    document = models.ForeignKey(
        "offboarding.StoredMessage", on_delete=models.PROTECT, related_name="+", verbose_name=_("signed document")
    )
    because = models.TextField(_("reason"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    """None where the contact signed on the self-service page."""
    recorded_at = models.DateTimeField(_("recorded"))
    first_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    first_approved_at = models.DateTimeField(_("first approval"), null=True)
    second_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("and by")
    )
    second_approved_at = models.DateTimeField(_("second approval"), null=True)

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        ordering = ("-pk",)
        permissions = [
            ("record_waiver", "Can record a customer's waiver"),
            ("approve_waiver", "Can approve a customer's waiver"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["agreement"], condition=Q(state="open"), name="waiver_one_open"),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(
                    ~Q(first_approved_by=F("second_approved_by")),
                    first_approved_by__isnull=False,
                    second_approved_by__isnull=False,
                ),
                name="waiver_approved_by_two",
            ),
        ]

    def __str__(self) -> str:
        return gettext("deletion from %(day)s") % {"day": date_format(self.delete_from, "DATE_FORMAT")}
