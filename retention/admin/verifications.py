"""Looks for what is left: what was looked for and found, and the form that settles what is not certain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from exports.progress import grouped
from offboarding import clock
from offboarding.admin.case_forms import BecauseField, CaseForm
from offboarding.admin.case_verbs import CaseVerb, page_of
from offboarding.desk import SeveralValues
from offboarding.models import Customer
from retention import certificate_words, verifications
from retention.admin import following
from retention.admin.records import DeletionRecords, DeletionVerb
from retention.models import Verification

if TYPE_CHECKING:
    _VerificationAdmin = admin.ModelAdmin[Verification]
else:
    _VerificationAdmin = admin.ModelAdmin


class SettleForm(CaseForm):
    """How somebody knows."""

    because = BecauseField(label=gettext_lazy("How do you know that it is not the customer's?"))


class ConfirmForm(CaseForm):
    """How somebody knows that it is."""

    because = BecauseField(label=gettext_lazy("How do you know that it is the customer's?"))


SETTLE = DeletionVerb(
    name="settle",
    permission="attest_attestation",
    label=gettext_lazy("Settle what was found"),
    form=SettleForm,
    call=lambda look, by, data: verifications.settle(look, by=by, **data),
    possible=lambda look: look.done_at is not None and look.passed is None,
    explains=gettext_lazy(
        "You have looked at everything that was found, and none of it is the customer's: it names the customer, or is "
        "shared and in use by others."
    ),
    done=gettext_lazy("It is settled: nothing of the customer was found."),
    then=following.see_run,
    template="admin/retention/settle.html",
)


CONFIRM = DeletionVerb(
    name="confirm",
    permission="attest_attestation",
    label=gettext_lazy("It is the customer's"),
    title=gettext_lazy("What was found is the customer's"),
    form=ConfirmForm,
    call=lambda look, by, data: verifications.confirm(look, by=by, **data),
    possible=lambda look: look.done_at is not None and look.passed is None,
    explains=gettext_lazy(
        "Something that was found is the customer's. The look has failed, and the case is open again until that is "
        "erased too, by a new plan and approval."
    ),
    done=gettext_lazy("It is said: data of the customer was found again, and the case is open."),
    then=following.see_run,
    danger=True,
    template="admin/retention/settle.html",
)


class FoundFilter(admin.SimpleListFilter):
    """Waiting, nothing found, to be settled, something found."""

    title = gettext_lazy("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("waiting", gettext_lazy("waiting")),
            ("passed", gettext_lazy("nothing found")),
            ("settle", gettext_lazy("to be settled")),
            ("found", gettext_lazy("something found")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Verification]) -> QuerySet[Verification]:
        if self.value() == "waiting":
            return queryset.filter(done_at=None)
        if self.value() == "settle":
            return queryset.filter(done_at__isnull=False, passed=None)
        if self.value() in ("passed", "found"):
            return queryset.filter(passed=self.value() == "passed")
        return queryset


@admin.register(Verification)
class VerificationAdmin(DeletionRecords, _VerificationAdmin):
    """Looks, done and to come."""

    verbs = (SETTLE, CONFIRM)
    page_template = "admin/retention/verification.html"
    list_display = ("when_shown", "customer_shown", "outcome_shown", "day_shown")
    list_display_links = ("when_shown",)
    list_filter = (FoundFilter, ("after_days", SeveralValues), "due_on")
    list_select_related = ("run__customer",)
    search_fields = ("run__customer__name", "run__customer__tenant_key")
    search_help_text = gettext_lazy("Customer or tenant key")
    ordering = ("-due_on", "-pk")

    def customer_behind(self, record: Verification) -> Customer:
        return record.run.customer

    def customer_link(self, record: Verification, user: Any) -> Any:
        return super().customer_link(record.run, user)

    def named(self, record: Verification) -> str:
        return _when(record)

    def context(self, record: Verification, user: Any) -> dict[str, Any]:
        return {
            "title": _when(record),
            "look": record,
            "found": _found(record),
            "settled": record.looked_at.get("settled"),
            "looked": certificate_words.look({"looked_at": record.looked_at}) if record.done_at else "",
            "run_address": page_of(record.run) if user.has_perm("retention.view_deletionrun") else "",
        }

    def beside(self, verb: CaseVerb, record: Verification, user: Any) -> dict[str, Any]:
        return {**super().beside(verb, record, user), "found": _found(record)}

    @admin.display(description=gettext_lazy("look"), ordering="after_days")
    def when_shown(self, look: Verification) -> str:
        return _when(look)

    @admin.display(description=gettext_lazy("customer"), ordering="run__customer__name")
    def customer_shown(self, look: Verification) -> SafeString:
        return format_html("<bdi>{}</bdi> <small>{}</small>", look.run.customer, look.run.customer.tenant_key)

    @admin.display(description=gettext_lazy("outcome"))
    def outcome_shown(self, look: Verification) -> str:
        return render_to_string("admin/retention/verified.html", {"one": look})

    @admin.display(description=gettext_lazy("day"), ordering="due_on")
    def day_shown(self, look: Verification) -> str:
        if look.done_at is not None:
            return date_format(clock.local_day(look.done_at))
        return _("due on %(day)s") % {"day": date_format(look.due_on)}


def _found(look: Verification) -> list[dict[str, Any]]:
    return [{**one, "count": grouped(one["count"])} for one in look.found]


def _when(look: Verification) -> str:
    if look.after_days == 0:
        return _("At the end of the run")
    text = ngettext("%(days)s day after the erasure", "%(days)s days after the erasure", look.after_days)
    return text % {"days": look.after_days}
