"""Legal holds: the list, the page of one, and the forms that place, review and release it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offboarding import clock
from offboarding.admin.case_forms import BecauseField, BecauseForm, CaseForm, DayField
from offboarding.admin.case_verbs import Data
from offboarding.admin.rehearsal import Outcome, rehearse
from offboarding.models import Agreement
from retention import holds, reach_words, runs
from retention.admin import following
from retention.admin.reach_form import ReachForm, reach_of
from retention.admin.records import DeletionRecords, DeletionVerb, Subject, customer_of
from retention.models import DeletionRun, LegalHold

if TYPE_CHECKING:
    _HoldAdmin = admin.ModelAdmin[LegalHold]
else:
    _HoldAdmin = admin.ModelAdmin

SUGGESTED_REVIEW = timedelta(days=90)
MOST_REHEARSED = 3
"""Agreements of one customer whose letters a form shows beforehand."""


class PlaceHoldForm(ReachForm):
    """Everything that a hold says of itself."""

    ground = forms.ChoiceField(label=gettext_lazy("Ground"), choices=LegalHold.Ground.choices, widget=forms.RadioSelect)
    reference = forms.CharField(
        label=gettext_lazy("Reference"), max_length=200, help_text=gettext_lazy("Case number, letter, ticket.")
    )
    requested_by = forms.CharField(
        label=gettext_lazy("Requested by"), max_length=255, help_text=gettext_lazy("Who asked for it.")
    )
    because = BecauseField()
    review_on = DayField(
        label=gettext_lazy("Review on"),
        help_text=gettext_lazy("Somebody then looks whether it is still needed. No day ends a hold by itself."),
    )
    tell = forms.BooleanField(
        label=gettext_lazy("tell the customer"),
        required=False,
        help_text=gettext_lazy("Not where law or a court forbids it. Only a hold over everything is written about."),
    )
    field_order = ("ground", "reference", "requested_by", "because", "extent")

    def proposed(self) -> dict[str, Any]:
        return {
            **super().proposed(),
            "ground": LegalHold.Ground.COURT,
            "review_on": clock.today() + SUGGESTED_REVIEW,
            "tell": True,
        }


class ReviewForm(CaseForm):
    """When somebody looks again."""

    review_on = DayField(label=gettext_lazy("Next review on"))
    because = BecauseField(label=gettext_lazy("Why it is still needed"))

    def proposed(self) -> dict[str, Any]:
        return {"review_on": clock.today() + SUGGESTED_REVIEW}


def _place(subject: Subject, by: User, data: Data) -> LegalHold:
    names = ("ground", "reference", "requested_by", "because", "review_on", "tell")
    customer = customer_of(subject)
    assert customer is not None, "a hold is about one customer"
    return holds.place(customer, by=by, reach=reach_of(data), **{name: data[name] for name in names})


def _placing_means(subject: Subject, by: User, data: Data) -> Sequence[Outcome]:
    """What had gone by now, and for each agreement the letters that would be written."""
    customer = customer_of(subject)
    assert customer is not None, "a hold is about one customer"
    gone = reach_words.gone(runs.gone_so_far(customer))
    under_way = DeletionRun.objects.open().filter(customer=customer).exists()
    found = [Outcome(_("What has gone by now"), _gone_in_words(gone, under_way=under_way))]
    for agreement in customer.agreements.order_by("-pk")[:MOST_REHEARSED]:
        found.append(rehearse(agreement, lambda: _place(subject, by, data), title=agreement.number))
    return found


def _gone_in_words(gone: list[dict[str, str]], *, under_way: bool) -> str:
    if not gone:
        return _("Nothing has gone.") if not under_way else _("A run is under way and nothing has gone yet.")
    listed = "; ".join(
        _("%(name)s: %(gone)s gone, %(left)s left") % {name: one[name] for name in ("name", "gone", "left")}
        for one in gone
    )
    return _("This has gone already and cannot be brought back: %(listed)s.") % {"listed": listed}


def _releasing_means(hold: LegalHold, by: User, data: Data) -> Sequence[Outcome]:
    anew = LegalHold.objects.select_related("customer")
    return [
        rehearse(agreement, lambda: holds.release(anew.get(pk=hold.pk), by=by, **data), title=agreement.number)
        for agreement in Agreement.objects.filter(customer=hold.customer_id).order_by("-pk")[:MOST_REHEARSED]
    ]


def _in_force(hold: LegalHold) -> bool:
    return hold.released_at is None


PLACE = DeletionVerb(
    name="place",
    permission="place_legalhold",
    label=gettext_lazy("Place a legal hold"),
    form=PlaceHoldForm,
    call=_place,
    possible=lambda _subject: True,
    explains=gettext_lazy(
        "From the moment it is placed nothing that it keeps is deleted, also where a run is under way. It stays until "
        "somebody releases it; the next page says exactly what had gone before."
    ),
    done=gettext_lazy("The hold is placed: nothing that it keeps is deleted from now on."),
    outcomes=_placing_means,
    rehearsed=False,
    template="admin/retention/keep.html",
)
HOLD_VERBS = (
    DeletionVerb(
        name="review",
        permission="place_legalhold",
        label=gettext_lazy("Review the hold"),
        form=ReviewForm,
        call=lambda hold, by, data: holds.review(hold, by=by, **data),
        possible=_in_force,
        explains=gettext_lazy("You have looked at it, and it is still needed."),
        done=gettext_lazy("The hold is reviewed and stays."),
    ),
    DeletionVerb(
        name="release",
        permission="release_legalhold",
        label=gettext_lazy("Release the hold"),
        form=BecauseForm,
        call=lambda hold, by, data: holds.release(hold, by=by, **data),
        possible=_in_force,
        explains=gettext_lazy(
            "Releasing deletes nothing. What the hold kept may go only by a new plan that somebody approves; a plan "
            "made before counts no more."
        ),
        done=gettext_lazy("The hold is released. Deleting what it kept takes a new plan and a new approval."),
        then=following.see_customer,
        danger=True,
        outcomes=_releasing_means,
    ),
)


class HoldFilter(admin.SimpleListFilter):
    """In force, to be reviewed, released."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("in_force", gettext_lazy("in force")),
            ("review", gettext_lazy("to be reviewed")),
            ("released", gettext_lazy("released")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LegalHold]) -> QuerySet[LegalHold]:
        if self.value() == "in_force":
            return queryset.filter(released_at=None)
        if self.value() == "review":
            return queryset.filter(released_at=None, review_on__lte=clock.today())
        return queryset.exclude(released_at=None) if self.value() == "released" else queryset


@admin.register(LegalHold)
class HoldAdmin(DeletionRecords, _HoldAdmin):
    """Holds; placed from an agreement's page, ended by nobody but a person."""

    verbs = HOLD_VERBS
    begins = PLACE
    page_template = "admin/retention/legalhold.html"
    list_display = ("number_shown", "customer_shown", "ground_shown", "keeps_shown", "review_shown", "state_shown")
    list_display_links = ("number_shown",)
    list_filter = (HoldFilter, "ground")
    list_select_related = ("customer", "placed_by")
    search_fields = ("customer__name", "customer__tenant_key", "reference", "requested_by")
    search_help_text = gettext_lazy("Customer, tenant key, reference or who asked for it")

    def context(self, record: LegalHold, user: Any) -> dict[str, Any]:
        return {
            "title": _("Hold %(number)s of %(customer)s") % {"number": record.pk, "customer": record.customer},
            "hold": record,
            "keeps": reach_words.in_lines(record.keeps),
            "gone": reach_words.gone(record.gone_before),
            "overdue": record.released_at is None and record.review_on <= clock.today(),
        }

    @admin.display(description=gettext_lazy("number"), ordering="pk")
    def number_shown(self, hold: LegalHold) -> str:
        return format_html("{}<small>{}</small>", f"#{hold.pk}", date_format(clock.local_day(hold.placed_at)))

    @admin.display(description=gettext_lazy("customer"), ordering="customer__name")
    def customer_shown(self, hold: LegalHold) -> str:
        return format_html("<bdi>{}</bdi> <small>{}</small>", hold.customer, hold.customer.tenant_key)

    @admin.display(description=gettext_lazy("ground"), ordering="ground")
    def ground_shown(self, hold: LegalHold) -> str:
        return format_html("{} <small><bdi>{}</bdi></small>", hold.get_ground_display(), hold.reference)

    @admin.display(description=gettext_lazy("what it keeps"))
    def keeps_shown(self, hold: LegalHold) -> str:
        return reach_words.in_short(hold.keeps)

    @admin.display(description=gettext_lazy("review on"), ordering="review_on")
    def review_shown(self, hold: LegalHold) -> str:
        if hold.released_at is not None:
            return "–"
        day = date_format(hold.review_on)
        overdue = hold.review_on <= clock.today()
        return format_html('<span class="wrong">{}</span>', day) if overdue else day

    @admin.display(description=gettext_lazy("state"))
    def state_shown(self, hold: LegalHold) -> str:
        kind, text = ("released", _("released")) if hold.released_at else ("in_force", _("in force"))
        return format_html('<span class="state state-{}">{}</span>', kind, text)
