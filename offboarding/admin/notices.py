"""Notices: the list, and the page of one with the forms that decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from offboarding.admin.case_pages import ShowsRecord
from offboarding.admin.notice_verbs import NOTICE_VERBS
from offboarding.admin.papers import OffersPaper
from offboarding.models import TerminationNotice
from offboarding.notice_paper import acknowledgement
from offboarding.notice_words import need
from offboarding.paper import Paper

if TYPE_CHECKING:
    _NoticeAdmin = admin.ModelAdmin[TerminationNotice]
else:
    _NoticeAdmin = admin.ModelAdmin


@admin.register(TerminationNotice)
class NoticeAdmin(OffersPaper, ShowsRecord, _NoticeAdmin):
    """Notices; recorded on the agreement's page or taken in from the mailbox, changed by verbs alone."""

    verbs = NOTICE_VERBS
    shown = (
        "agreement", "state", "needs", "received_at", "received_by", "received_because", "recorded_at", "channel",
        "sender", "contact", "message", "vouched_by", "vouched_because", "decision", "because", "decided_by",
        "decided_at", "object_until", "objected_at", "objection", "objection_by", "objection_settled_at",
        "duplicate_of",
    )  # fmt: skip
    list_display = ("received_at", "state_shown", "agreement", "customer", "channel")
    list_display_links = ("received_at", "agreement")
    list_filter = ("state", "channel", "received_at")
    list_select_related = ("agreement__customer",)
    search_fields = ("agreement__number", "agreement__customer__name", "agreement__customer__tenant_key", "sender")

    @admin.display(description=_("customer"), ordering="agreement__customer__name")
    def customer(self, notice: TerminationNotice) -> str:
        return notice.agreement.customer.name

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, notice: TerminationNotice) -> str:
        return format_html('<span class="state state-{}">{}</span>', notice.state, notice.get_state_display())

    def show(self, record: Any, name: str) -> Any:
        if name == "needs":
            return format_html_join(" ", "{}", [(need(code),) for code in record.needs])
        return super().show(record, name)

    def paper_of(self, record: Any, language: str) -> Paper:
        return acknowledgement(record, language)

    def paper_name(self, record: Any) -> str:
        return f"acknowledgement-{record.agreement.reference}-{record.pk}"

    def more_of(self, record: Any) -> dict[str, Any]:
        return {"papers": self.papers(record), "papers_title": _("Acknowledgement as a document")}
