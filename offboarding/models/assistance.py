"""Help with moving to a new provider, under a separate agreement."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from offboarding.models.agreements import Agreement
from offboarding.models.customers import Contact


class TransferAssistance(models.Model):
    """One request for help with the transfer, and the separate agreement it is done under."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("requested")
        OFFERED = "offered", _("offered")
        AGREED = "agreed", _("agreed")
        DONE = "done", _("done")
        DECLINED = "declined", _("declined")

    OPEN = (State.REQUESTED, State.OFFERED, State.AGREED)

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="assistance", verbose_name=_("agreement")
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.REQUESTED)
    requested_at = models.DateTimeField(_("requested"))
    requested_by = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("requested by")
    )
    scope = models.TextField(_("what is asked for"))
    separate_agreement = models.CharField(_("separate agreement"), max_length=100, blank=True)
    estimated_hours = models.DecimalField(_("estimated hours"), max_digits=7, decimal_places=2, null=True, blank=True)
    charged = models.BooleanField(_("is charged for"), default=False)
    ended_because = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("transfer assistance")
        verbose_name_plural = _("transfer assistance")
        ordering = ("-requested_at", "-pk")
        default_permissions = ("view",)
        permissions = [("manage_transferassistance", "Can handle help with a transfer")]
        constraints = [
            models.CheckConstraint(condition=~Q(scope=""), name="assistance_has_scope"),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "done"]) | ~Q(separate_agreement=""),
                name="assistance_under_a_separate_agreement",
            ),
        ]

    def __str__(self) -> str:
        day = date_format(timezone.localdate(self.requested_at), "DATE_FORMAT")
        return gettext("asked for on %(day)s") % {"day": day}


class AssistanceHours(models.Model):
    """Hours worked on one day."""

    assistance = models.ForeignKey(
        TransferAssistance, on_delete=models.PROTECT, related_name="hours", verbose_name=_("transfer assistance")
    )
    day = models.DateField(_("day"))
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=2)
    what = models.CharField(_("what was done"), max_length=300)
    worked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("hours of assistance")
        verbose_name_plural = _("hours of assistance")
        ordering = ("day", "pk")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=Q(hours__gt=0, hours__lte=24), name="assistance_hours_of_one_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.hours} h"
