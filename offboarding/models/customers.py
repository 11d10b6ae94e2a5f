"""The organisation that leaves, and the people who may act for it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from offboarding.querysets import ContactQuerySet


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


class Contact(models.Model):
    """A person at the customer, and what that person may do for it. One address may serve several customers."""

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("customer")
    )
    name = models.CharField(_("name"), max_length=255)
    email = models.EmailField(_("e-mail address"), max_length=254)
    language = models.CharField(
        _("language"), max_length=2, choices=Language, blank=True, help_text=_("Empty: the customer's.")
    )
    may_see = models.BooleanField(_("may see the case"), default=True)
    may_request = models.BooleanField(_("may request exports"), default=False)
    may_confirm = models.BooleanField(_("may confirm what has arrived"), default=False)
    may_give_notice = models.BooleanField(_("may give notice"), default=False)
    ended_at = models.DateTimeField(_("no contact any more since"), null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ("customer", "name", "pk")
        indexes = [
            models.Index(Lower("email"), name="contact_by_address"),
            models.Index(fields=["customer"], name="contact_active", condition=Q(ended_at=None)),
        ]
        constraints = [
            models.UniqueConstraint("customer", Lower("email"), name="contact_address_once_per_customer"),
            models.CheckConstraint(condition=~Q(email=""), name="contact_has_address"),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    @property
    def writes_in(self) -> str:
        """The language this person is written to in."""
        return self.language or self.customer.language
