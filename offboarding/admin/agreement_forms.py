"""Forms about an agreement's end, its dates, waivers of them, and help with the transfer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from offboarding import clock, dates
from offboarding.admin.case_forms import BecauseField, CaseForm, ContactField, DayField, UploadField
from offboarding.models import Agreement

Ending = Agreement.Ending
SUGGESTED_EXTENSION, SUGGESTED_WAIVER = timedelta(days=30), timedelta(days=1)


def _shifted(day: date | None, by: timedelta) -> date | None:
    return day + by if day is not None and day < date.max - by else None


class ExtendForm(CaseForm):
    """A later last day for exports."""

    NAMES = {"export_until": "until"}

    until = DayField(label=_("Exports can be requested until"), help_text=_("That day included."))
    because = BecauseField(help_text=_("The customer reads it."))

    def proposed(self) -> dict[str, Any]:
        return {"until": _shifted(self.record.export_until, SUGGESTED_EXTENSION)}


class TransitionForm(CaseForm):
    """The customer's one extension of a transition."""

    NAMES = {"transition_until": "until"}

    until = DayField(label=_("The transition lasts until"), help_text=_("That day included."))
    because = BecauseField(help_text=_("How the customer asked for it."))

    def proposed(self) -> dict[str, Any]:
        return {"until": _shifted(self.record.service_ends, SUGGESTED_EXTENSION)}


class InfeasibleForm(CaseForm):
    """The vendor's longer transition."""

    NAMES = {"infeasible_until": "until", "infeasible_told_on": "told_on"}

    until = DayField(label=_("The transition lasts until"), help_text=_("At most 7 months; that day included."))
    told_on = DayField(
        label=_("The customer was told on"), help_text=_("Within 14 working days of the request, with the reasons.")
    )
    because = BecauseField(label=_("Why a shorter transition is technically unfeasible"))

    def proposed(self) -> dict[str, Any]:
        return {"until": _shifted(self.record.service_ends, SUGGESTED_EXTENSION), "told_on": clock.today()}


class TerminateForm(CaseForm):
    """An end that does not come from a notice of the customer."""

    CAUSES = (Ending.VENDOR, Ending.FOR_CAUSE, Ending.MUTUAL)

    cause = forms.ChoiceField(
        label=_("Ends by"), choices=[(one.value, one.label) for one in CAUSES], widget=forms.RadioSelect
    )
    service_ends = DayField(label=_("Last day of service"), help_text=_("That day included."))
    notice_day = DayField(
        label=_("Day of our notice"),
        required=False,
        help_text=_("For a termination by the vendor: the day on which the customer received it."),
    )
    because = BecauseField(help_text=_("The customer reads it."))

    def proposed(self) -> dict[str, Any]:
        today = clock.today()
        try:
            end = dates.term_of(clock.terms_of(self.record), today).end
        except dates.ClockError:
            end = None
        return {"cause": Ending.MUTUAL, "service_ends": max(end, today) if end else today}


class RenewForm(CaseForm):
    """A new last day of the term."""

    NAMES = {"term_end": "until"}

    until = DayField(label=_("Runs until"), help_text=_("The new last day of the term, included."))
    because = BecauseField(help_text=_("The customer reads it."))

    def proposed(self) -> dict[str, Any]:
        try:
            terms = clock.terms_of(self.record)
            last = self.record.service_ends or terms.term_end
            renewed = dates.Terms(terms.term_start, last, renewal_months=self.record.renewal_months)
            return {"until": dates.next_term(renewed, dates.term_of(renewed, last)).end}
        except dates.ClockError:
            return {}


class WaiverForm(CaseForm):
    """A customer's signed wish to be deleted earlier."""

    NAMES = {"document": "file"}

    delete_from = DayField(label=_("Deletion not before"), help_text=_("The day that the customer signed for."))
    asked_by = ContactField(label=_("Signed for the customer by"))
    file = UploadField(label=_("Signed document"), help_text=_("A PDF or a scan; kept unchanged."))
    because = BecauseField(help_text=_("How you know that the signature is the customer's."))

    def proposed(self) -> dict[str, Any]:
        ends = self.record.service_ends
        return {"delete_from": _shifted(max(ends, clock.today()), SUGGESTED_WAIVER) if ends else None}


class RequestAssistanceForm(CaseForm):
    """What the customer wants help with."""

    scope = BecauseField(label=_("What is asked for"))


class OfferForm(CaseForm):
    """What help would take."""

    estimated_hours = forms.DecimalField(label=_("Estimated hours"), max_digits=7, decimal_places=2, min_value=0)
    charged = forms.BooleanField(label=_("is charged for"), required=False)


class AgreeForm(CaseForm):
    """The separate agreement that help is done under."""

    separate_agreement = forms.CharField(
        label=_("Number of the separate agreement"), max_length=100, help_text=_("Help is given under it, not before.")
    )


class HoursForm(CaseForm):
    """Hours of one day."""

    day = DayField(label=_("Day"))
    hours = forms.DecimalField(label=_("Hours"), max_digits=5, decimal_places=2, min_value=0, max_value=24)
    what = forms.CharField(label=_("What was done"), max_length=300)

    def proposed(self) -> dict[str, Any]:
        return {"day": clock.today()}
