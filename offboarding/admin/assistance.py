"""Help with a transfer: the list, the page of one request with its hours, and the forms that carry it on."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.template.defaultfilters import floatformat
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from offboarding import assistance, clock
from offboarding.admin.agreement_forms import AgreeForm, HoursForm, OfferForm
from offboarding.admin.case_forms import BecauseForm, SureForm
from offboarding.admin.case_pages import ShowsRecord
from offboarding.admin.case_verbs import CaseVerb, Data
from offboarding.admin.rehearsal import Outcome
from offboarding.models import TransferAssistance

if TYPE_CHECKING:
    _AssistanceAdmin = admin.ModelAdmin[TransferAssistance]
else:
    _AssistanceAdmin = admin.ModelAdmin

State = TransferAssistance.State
MAY = "manage_transferassistance"


def _warning(request: TransferAssistance, _by: User, _data: Data) -> Sequence[Outcome]:
    """What the law says about charging for it."""
    warning = assistance.charge_warning(request, clock.today())
    return [Outcome(text=warning)] if warning else []


ASSISTANCE_VERBS = (
    CaseVerb(
        name="offer",
        permission=MAY,
        label=_("Offer help"),
        form=OfferForm,
        call=lambda request, by, data: assistance.offer(
            request, by=by, estimated_hours=data["estimated_hours"], charged=data["charged"]
        ),
        possible=lambda request: request.state == State.REQUESTED,
        explains=_("What help would take. The customer gets the offer and agrees to it separately."),
        done=_("The help is offered."),
        outcomes=_warning,
        rehearsed=False,
    ),
    CaseVerb(
        name="agree",
        permission=MAY,
        label=_("Record the agreement on the help"),
        form=AgreeForm,
        call=lambda request, by, data: assistance.agree(request, by=by, separate_agreement=data["separate_agreement"]),
        possible=lambda request: request.state == State.OFFERED,
        explains=_("The customer has agreed to the offer in a separate agreement. From now on hours can be logged."),
        done=_("The help is agreed on."),
        outcomes=_warning,
        rehearsed=False,
    ),
    CaseVerb(
        name="log_hours",
        permission=MAY,
        label=_("Log hours"),
        form=HoursForm,
        call=lambda request, by, data: assistance.log_hours(
            request, by=by, day=data["day"], hours=data["hours"], what=data["what"]
        ),
        possible=lambda request: request.state == State.AGREED,
        explains=_("Hours worked on one day; they stay with the request."),
        done=_("The hours are logged."),
        outcomes=_warning,
        rehearsed=False,
    ),
    CaseVerb(
        name="finish",
        permission=MAY,
        label=_("Finish"),
        title=_("Finish the help"),
        form=SureForm,
        call=lambda request, by, _data: assistance.finish(request, by=by),
        possible=lambda request: request.state == State.AGREED,
        explains=_("The help is given; no more hours can be logged."),
        done=_("The help is finished."),
    ),
    CaseVerb(
        name="decline",
        permission=MAY,
        label=_("Decline"),
        title=_("Decline the request for help"),
        form=BecauseForm,
        call=lambda request, by, data: assistance.decline(request, by=by, because=data["because"]),
        possible=lambda request: request.state in (State.REQUESTED, State.OFFERED),
        explains=_("Either side says no; the reason stays with the request."),
        done=_("The request is declined."),
        danger=True,
    ),
)


@admin.register(TransferAssistance)
class AssistanceAdmin(ShowsRecord, _AssistanceAdmin):
    """Requests for help with a transfer."""

    verbs = ASSISTANCE_VERBS
    shown = (
        "agreement", "state", "requested_at", "requested_by", "scope", "estimated_hours", "charged",
        "separate_agreement", "ended_because",
    )  # fmt: skip
    many = _("requests for help")
    list_display = ("agreement", "state_shown", "requested_at", "hours_shown", "separate_agreement")
    list_filter = ("state", "charged", "requested_at")
    list_select_related = ("agreement",)
    search_fields = ("agreement__number", "agreement__customer__name", "separate_agreement", "scope")

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, request: TransferAssistance) -> str:
        return format_html('<span class="state state-{}">{}</span>', request.state, request.get_state_display())

    @admin.display(description=_("estimated hours"), ordering="estimated_hours")
    def hours_shown(self, request: TransferAssistance) -> str:
        return "–" if request.estimated_hours is None else _in_hours(request.estimated_hours)

    def show(self, record: Any, name: str) -> Any:
        value = super().show(record, name)
        return _in_hours(value) if isinstance(value, Decimal) else value

    def more_of(self, record: TransferAssistance) -> dict[str, Any]:
        hours = list(record.hours.select_related("worked_by"))
        return {"hours": hours, "hours_in_all": sum(one.hours for one in hours)}


def _in_hours(hours: Decimal) -> str:
    """``12 hours``, ``1.5 hours``."""
    return ngettext("%(hours)s hour", "%(hours)s hours", 1 if hours == 1 else 2) % {"hours": floatformat(hours, -2)}
