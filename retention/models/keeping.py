"""What keeps data from deletion: holds that somebody placed, duties that law lays down."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from offboarding.models import Customer
from retention.querysets import LegalHoldQuerySet, RetentionDutyQuerySet
from retention.reach import Reach


class LegalHold(models.Model):
    """Keeps data of one customer from deletion until it is released; no date ends it by itself."""

    class Ground(models.TextChoices):
        COURT = "court", _("court proceedings")
        AUTHORITY = "authority", _("order of an authority")
        DISPUTE = "dispute", _("dispute with the customer")
        INVESTIGATION = "investigation", _("investigation of our own")
        OTHER = "other", _("another ground")

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="legal_holds", verbose_name=_("customer")
    )
    ground = models.CharField(_("ground"), max_length=13, choices=Ground)
    reference = models.CharField(_("reference"), max_length=200, help_text=_("Case number, letter, ticket."))
    requested_by = models.CharField(_("requested by"), max_length=255, help_text=_("Who asked for it."))
    because = models.TextField(_("reason"))
    reach = models.JSONField(_("what it keeps"))
    """``Reach.to_json()``."""
    review_on = models.DateField(_("review on"))
    told = models.BooleanField(_("the customer is told"), default=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("placed by")
    )
    placed_at = models.DateTimeField(_("placed"))
    gone_before = models.JSONField(_("gone before it was placed"), default=list, editable=False)
    """What a run had erased by then, as ``runs.gone_so_far`` gives it; [] when nothing had gone."""
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("released by")
    )
    released_at = models.DateTimeField(_("released"), null=True)
    released_because = models.TextField(_("released because"), blank=True)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ("-pk",)
        default_permissions = ("view",)
        permissions = [
            ("place_legalhold", "Can place or review a legal hold"),
            ("release_legalhold", "Can release a legal hold"),
        ]
        indexes = [
            models.Index(fields=["customer"], name="legalhold_in_force", condition=Q(released_at=None)),
            models.Index(fields=["review_on"], name="legalhold_review", condition=Q(released_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None, released_because="")
                | Q(~Q(released_because=""), released_at__isnull=False, released_by__isnull=False),
                name="legalhold_released_by_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} – {self.customer}"

    @property
    def keeps(self) -> Reach:
        """What it keeps, as the policy reads it."""
        return Reach.from_json(self.reach)


class RetentionDuty(models.Model):
    """Law keeps some data for a time: of every customer (``customer`` empty) or of one."""

    class Origin(models.TextChoices):
        MAP = "map", _("the data map")
        DESK = "desk", _("decided here")

    class Rule(models.TextChoices):
        FIXED = "fixed", _("until a fixed day")
        YEARS = "years", _("years to the day")
        CALENDAR_YEARS = "calendar_years", _("whole calendar years after")
        BOOKKEEPING = "bookkeeping", _("calendar years after the financial year (bookkeeping)")

    class CountedFrom(models.TextChoices):
        SERVICE_ENDS = "service_ends", _("the end of service")
        DAY = "day", _("a day")
        COLUMN = "column", _("the last date in a column")

    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="retention_duties",
        verbose_name=_("customer"),
        help_text=_("Empty: of every customer."),
    )
    origin = models.CharField(_("comes from"), max_length=4, choices=Origin, default=Origin.DESK)
    key = models.CharField(max_length=200, blank=True, editable=False)
    """Of the map: ``store.collection``."""
    ground = models.CharField(_("ground"), max_length=255, help_text=_("What keeps it, in a few words."))
    source = models.CharField(_("source"), max_length=255, help_text=_("Law and section, or who decided it."))
    reach = models.JSONField(_("what it keeps"))
    """``Reach.to_json()``."""
    rule = models.CharField(_("how long"), max_length=14, choices=Rule)
    years = models.PositiveSmallIntegerField(_("years"), null=True, blank=True, validators=[MaxValueValidator(100)])
    until = models.DateField(_("last day"), null=True, blank=True)
    counted_from = models.CharField(
        _("counted from"), max_length=12, choices=CountedFrom, default=CountedFrom.SERVICE_ENDS
    )
    counted_day = models.DateField(_("that day"), null=True, blank=True)
    counted_column = models.CharField(
        _("that column"), max_length=300, blank=True, help_text=_("store.table.column, as the data map names them")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"))
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_because = models.TextField(_("ended because"), blank=True)

    objects = RetentionDutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("retention duty")
        verbose_name_plural = _("retention duties")
        ordering = ("-pk",)
        default_permissions = ("view",)
        permissions = [("decide_retentionduty", "Can decide or end a retention duty")]
        indexes = [models.Index(fields=["customer"], name="duty_in_force", condition=Q(ended_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(origin="map", ended_at=None), name="duty_of_the_map_once"
            ),
            models.CheckConstraint(
                condition=Q(rule="fixed", years=None) | Q(~Q(rule="fixed"), years__isnull=False, until=None),
                name="duty_rule_has_its_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} – {self.ground}"

    @property
    def keeps(self) -> Reach:
        """What it keeps, as the policy reads it."""
        return Reach.from_json(self.reach)
