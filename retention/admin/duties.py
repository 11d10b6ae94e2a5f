"""Retention duties: what law keeps and for how long – the list, the page of one, the forms that decide and end it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exports.datamap import DataMap
from offboarding.admin.case_forms import BecauseForm, DayField
from offboarding.admin.case_verbs import Data
from offboarding.admin.rehearsal import Outcome
from offboarding.models import Agreement
from offboarding.rule_words import day_in_words
from retention import keeping_duties, reach_words
from retention.admin import duty_words
from retention.admin.reach_form import SOME, ReachForm, reach_of
from retention.admin.records import DeletionRecords, DeletionVerb, Subject, customer_of
from retention.models import RetentionDuty

if TYPE_CHECKING:
    _DutyAdmin = admin.ModelAdmin[RetentionDuty]
else:
    _DutyAdmin = admin.ModelAdmin

Rule, CountedFrom = RetentionDuty.Rule, RetentionDuty.CountedFrom
TIMES = ("date", "time")
"""Words in the type of a column that may hold a day."""


class DecideDutyForm(ReachForm):
    """Everything that a duty says of itself."""

    ground = forms.CharField(
        label=gettext_lazy("Ground"), max_length=255, help_text=gettext_lazy("What keeps it, in a few words.")
    )
    source = forms.CharField(
        label=gettext_lazy("Source"), max_length=255, help_text=gettext_lazy("Law and section, or who decided it.")
    )
    rule = forms.ChoiceField(label=gettext_lazy("How long"), choices=Rule.choices, widget=forms.RadioSelect)
    years = forms.IntegerField(
        label=gettext_lazy("Years"), min_value=0, max_value=100, required=False,
        help_text=gettext_lazy("Not for a fixed day."),
    )  # fmt: skip
    until = DayField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("For a fixed day; that day included.")
    )
    counted_from = forms.ChoiceField(
        label=gettext_lazy("Counted from"), choices=CountedFrom.choices, widget=forms.RadioSelect
    )
    counted_day = DayField(label=gettext_lazy("That day"), required=False)
    counted_column = forms.ChoiceField(label=gettext_lazy("That column"), required=False)
    field_order = ("ground", "source", "rule", "years", "until", "counted_from", "counted_day", "counted_column")

    def __init__(self, record: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(record, *args, **kwargs)
        self.fields["counted_column"].choices = [("", "–"), *_columns(self.map)]  # type: ignore[attr-defined]
        if record is None:
            self.fields["extent"].choices = [  # type: ignore[attr-defined]
                ("everything", _("everything of every customer")),
                (SOME, _("only what is chosen here")),
            ]

    def proposed(self) -> dict[str, Any]:
        return {
            "extent": SOME,
            "rule": Rule.BOOKKEEPING,
            "years": 7,
            "counted_from": CountedFrom.SERVICE_ENDS,
        }

    def proposal(self) -> dict[str, Any] | None:
        """Nothing is said of a last day before somebody has chosen what is kept."""
        return super().proposal() if self.is_bound else None


def _columns(datamap: DataMap | None) -> Iterator[tuple[str, str]]:
    for store in datamap.databases.values() if datamap else ():
        for collection in store.collections.values():
            for field in collection.fields.values():
                if any(word in field.type.lower() for word in TIMES):
                    name = f"{store.key}.{collection.key}.{field.name}"
                    yield name, name


def _decide(subject: Subject, by: User, data: Data) -> RetentionDuty:
    return keeping_duties.decide(
        by=by, customer=customer_of(subject), ground=data["ground"], source=data["source"], reach=reach_of(data),
        rule=data["rule"], years=data["years"], until=data["until"], counted_from=data["counted_from"],
        counted_day=data["counted_day"], counted_column=data["counted_column"] or "",
    )  # fmt: skip


def _deciding_means(subject: Subject, by: User, data: Data) -> Sequence[Outcome]:
    """The rule in words, and for one customer the last day, found by deciding it and taking that back."""
    try:
        with transaction.atomic():
            duty = _decide(subject, by, data)
            outcome = Outcome(_("How long it keeps"), f"{duty_words.rule_of(duty)} {_last_day(duty, subject)}".strip())
            transaction.set_rollback(True)
    except ValidationError as error:
        return [Outcome(refused=tuple(error.messages))]
    return [outcome]


def _last_day(duty: RetentionDuty, subject: Subject) -> str:
    agreement = _agreement_of(subject)
    if agreement is None:
        return ""
    day = last_day(duty, agreement)
    if day is None:
        return _("For this customer the last day is not known yet, so it keeps on.")
    return _("For this customer it keeps through %(day)s.") % {"day": day_in_words(day)}


def _agreement_of(subject: Subject) -> Agreement | None:
    customer = customer_of(subject)
    if customer is None or isinstance(subject, Agreement):
        return cast(Agreement | None, subject)
    return customer.agreements.order_by("-pk").first()


def last_day(duty: RetentionDuty, agreement: Agreement) -> date | None:
    """The last day on which a duty keeps something of this agreement's customer; None where it is not known."""
    events = keeping_duties.events_of(agreement.customer, agreement.customer.tenant_key)
    found = [one for one in keeping_duties.duties_of(agreement, events=events) if one.number == duty.pk]
    return found[0].last_day if found else None


def _in_force(duty: RetentionDuty) -> bool:
    return duty.ended_at is None


DECIDE = DeletionVerb(
    name="decide",
    permission="decide_retentionduty",
    label=gettext_lazy("Decide a retention duty"),
    form=DecideDutyForm,
    call=_decide,
    possible=lambda _subject: True,
    explains=gettext_lazy(
        "Law keeps some data for a time. The rest is deleted; what is chosen here stays until the last day, the "
        "certificate says so, and it is deleted afterwards by a plan of its own."
    ),
    done=gettext_lazy("The duty is decided: what it names is kept until its last day."),
    outcomes=_deciding_means,
    rehearsed=False,
    template="admin/retention/keep.html",
)
DUTY_VERBS = (
    DeletionVerb(
        name="end",
        permission="decide_retentionduty",
        label=gettext_lazy("End the retention duty"),
        form=BecauseForm,
        call=lambda duty, by, data: keeping_duties.end(duty, by=by, **data),
        possible=lambda duty: _in_force(duty) and duty.origin == RetentionDuty.Origin.DESK,
        explains=gettext_lazy(
            "It keeps nothing any more. That deletes nothing: what it kept may go only by a plan that somebody "
            "approves."
        ),
        done=gettext_lazy("The duty is ended."),
        danger=True,
    ),
)


class DutyFilter(admin.SimpleListFilter):
    """In force or ended."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("in_force", gettext_lazy("in force")), ("ended", gettext_lazy("ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RetentionDuty]) -> QuerySet[RetentionDuty]:
        if self.value() in ("in_force", "ended"):
            return queryset.filter(ended_at__isnull=self.value() == "in_force")
        return queryset


class ScopeFilter(admin.SimpleListFilter):
    """Of every customer, or of one."""

    title = gettext_lazy("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("every", gettext_lazy("every customer's")), ("one", gettext_lazy("one customer's"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RetentionDuty]) -> QuerySet[RetentionDuty]:
        if self.value() in ("every", "one"):
            return queryset.filter(customer__isnull=self.value() == "every")
        return queryset


@admin.register(RetentionDuty)
class DutyAdmin(DeletionRecords, _DutyAdmin):
    """Duties: those of the data map follow it, the others are decided and ended here."""

    verbs = DUTY_VERBS
    begins = DECIDE
    about_one = False
    page_template = "admin/retention/retentionduty.html"
    nothing = gettext_lazy(
        "No retention duty is decided. What the law requires you to keep, and until when, would stand here."
    )
    list_display = ("ground_shown", "whose_shown", "rule_shown", "keeps_shown", "origin", "state_shown")
    list_display_links = ("ground_shown",)
    list_filter = (DutyFilter, ScopeFilter, "origin")
    list_select_related = ("customer",)
    search_fields = ("ground", "source", "customer__name", "customer__tenant_key")
    search_help_text = gettext_lazy("Ground, source, customer or tenant key")

    def context(self, record: RetentionDuty, user: Any) -> dict[str, Any]:
        return {
            "title": _("Retention duty %(number)s") % {"number": record.pk},
            "duty": record,
            "rule": duty_words.rule_of(record),
            "keeps": reach_words.in_lines(record.keeps),
        }

    @admin.display(description=gettext_lazy("ground"), ordering="ground")
    def ground_shown(self, duty: RetentionDuty) -> SafeString:
        return format_html("<bdi>{}</bdi> <small><bdi>{}</bdi></small>", duty.ground, duty.source)

    @admin.display(description=gettext_lazy("whose"), ordering="customer__name")
    def whose_shown(self, duty: RetentionDuty) -> str:
        return str(duty.customer) if duty.customer else _("every customer's")

    @admin.display(description=gettext_lazy("how long"))
    def rule_shown(self, duty: RetentionDuty) -> str:
        return duty_words.rule_of(duty)

    @admin.display(description=gettext_lazy("what it keeps"))
    def keeps_shown(self, duty: RetentionDuty) -> str:
        return reach_words.in_short(duty.keeps)

    @admin.display(description=gettext_lazy("state"))
    def state_shown(self, duty: RetentionDuty) -> SafeString:
        kind, text = ("released", _("ended")) if duty.ended_at else ("in_force", _("in force"))
        return format_html('<span class="state state-{}">{}</span>', kind, text)
