"""Who leaves and when: the records every other package builds on."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def validate_tenant_key(value: str) -> None:
    """A tenant key is exact text: no surrounding blanks, no control characters (NUL would end SQL text)."""
    if value != value.strip() or any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise ValidationError(_("A tenant key has no blanks around it and no control characters."))


class Language(models.TextChoices):
    """The languages in which a customer is written to."""

    ENGLISH = "en", _("English")
    SWEDISH = "sv", _("Swedish")


class Customer(models.Model):
    """The organisation that leaves; ``tenant_key`` is its key in the vendor's platform, compared as exact text."""

    tenant_key = models.CharField(_("tenant key"), max_length=255, unique=True, validators=[validate_tenant_key])
    name = models.CharField(_("name"), max_length=255)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.ENGLISH)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(condition=~Q(tenant_key=""), name="customer_has_tenant_key"),
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_name"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="customer_language_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Agreement(models.Model):
    """The contract of a customer. ``term_end`` is E, the last day of service, inclusive (DESIGN §3)."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("customer")
    )
    number = models.CharField(_("agreement number"), max_length=64, unique=True)
    term_start = models.DateField(_("term starts"))
    term_end = models.DateField(_("last day of service"), db_index=True)
    notice_days = models.PositiveSmallIntegerField(_("days of notice"), default=30)
    export_window_days = models.PositiveSmallIntegerField(
        _("days to request an export"), default=90, validators=[MinValueValidator(90)]
    )
    auto_renews = models.BooleanField(_("renews itself"), default=True)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ("-term_end", "pk")
        constraints = [
            models.CheckConstraint(condition=~Q(number=""), name="agreement_has_number"),
            models.CheckConstraint(condition=Q(term_end__gte=F("term_start")), name="agreement_ends_after_start"),
            models.CheckConstraint(condition=Q(export_window_days__gte=90), name="agreement_window_at_least_90_days"),
        ]

    def __str__(self) -> str:
        return self.number
