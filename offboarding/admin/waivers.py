"""Waivers: what a customer signed, who approved it, and the forms of the two people who decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from offboarding import windows
from offboarding.admin.case_forms import BecauseForm, SureForm
from offboarding.admin.case_pages import ShowsRecord
from offboarding.admin.case_verbs import CaseVerb
from offboarding.models import Waiver

if TYPE_CHECKING:
    _WaiverAdmin = admin.ModelAdmin[Waiver]
else:
    _WaiverAdmin = admin.ModelAdmin


def _open(waiver: Waiver) -> bool:
    return waiver.state == Waiver.State.OPEN


WAIVER_VERBS = (
    CaseVerb(
        name="approve",
        permission="approve_waiver",
        label=_("Approve the waiver"),
        form=SureForm,
        call=lambda waiver, by, _data: windows.approve_waiver(waiver, by=by),
        possible=_open,
        explains=_(
            "You have read the signed document. It counts when two people have approved it: then deletion may begin "
            "earlier, the time for exports ends on the day before, and the customer is told."
        ),
        done=_("You have approved the waiver."),
        personal=lambda user, waiver: waiver.first_approved_by_id != user.pk,
    ),
    CaseVerb(
        name="reject",
        permission="approve_waiver",
        label=_("Reject the waiver"),
        form=BecauseForm,
        call=lambda waiver, by, data: windows.reject_waiver(waiver, by=by, because=data["because"]),
        possible=_open,
        explains=_("Every date stays as it is."),
        done=_("The waiver is rejected; every date stays as it is."),
    ),
)


@admin.register(Waiver)
class WaiverAdmin(ShowsRecord, _WaiverAdmin):
    """Waivers; recorded on the agreement's page, decided with two buttons."""

    verbs = WAIVER_VERBS
    shown = (
        "agreement", "state", "delete_from", "asked_by", "document", "because", "recorded_by", "recorded_at",
        "first_approved_by", "first_approved_at", "second_approved_by", "second_approved_at",
    )  # fmt: skip
    nothing = _(
        "No customer has asked for an earlier deletion. Such a wish would stand here and wait for two approvals."
    )
    list_display = ("agreement", "delete_from", "state", "recorded_at")
    list_filter = ("state", "recorded_at")
    list_select_related = ("agreement",)
    search_fields = ("agreement__number", "agreement__customer__name", "agreement__customer__tenant_key")
