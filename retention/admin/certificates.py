"""Certificates: the list, the page of one in words, and its documents to download."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from offboarding import clock
from offboarding.admin.case_pages import linked
from offboarding.admin.case_verbs import page_of
from offboarding.admin.papers import OffersPaper
from offboarding.models import Agreement, Language
from offboarding.paper import Paper
from retention import certificate_download, certificates, documents
from retention.admin.records import DeletionRecords
from retention.models import Certificate, DeletionRun

if TYPE_CHECKING:
    _CertificateAdmin = admin.ModelAdmin[Certificate]
else:
    _CertificateAdmin = admin.ModelAdmin

LABELS = {
    "sv": gettext_lazy("PDF in Swedish"),
    "en": gettext_lazy("PDF in English"),
    "json": gettext_lazy("JSON, the bytes that are signed"),
}


def _own_language_first(document: tuple[str, Any]) -> tuple[bool, int]:
    kind, _told = document
    return kind != get_language(), list(LABELS).index(kind)


class LanguageFilter(admin.SimpleListFilter):
    """The language that the customer got it in."""

    title = gettext_lazy("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Language.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Certificate]) -> QuerySet[Certificate]:
        return queryset.filter(language=self.value()) if self.value() else queryset


@admin.register(Certificate)
class CertificateAdmin(OffersPaper, DeletionRecords, _CertificateAdmin):
    """Certificates; each outlives everything it speaks of."""

    page_template = "admin/retention/certificate.html"
    list_display = ("number_shown", "customer_shown", "occasion", "issued_shown", "supplements_shown")
    list_display_links = ("number_shown",)
    list_filter = ("occasion", "issued_at", LanguageFilter)
    list_select_related = ("supplements",)
    search_fields = ("=sequence", "customer_name", "=sha256", "=code")
    search_help_text = gettext_lazy("Number, customer, code or SHA-256")

    paper_kinds = ("docx",)

    def paper_of(self, record: Certificate, language: str) -> Paper:
        return documents.copy_of(record, language)

    def paper_name(self, record: Certificate) -> str:
        return record.number

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_GET(self.document_view))
        name = "retention_certificate_document"
        return [path("<int:pk>/document/<str:kind>/", view, name=name), *super().get_urls()]

    def document_view(self, request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
        """One of its documents, exactly as it was issued."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        certificate = self._record(pk)
        return certificate_download.original(certificate, kind)

    def customer_link(self, record: Certificate, user: Any) -> Any:
        agreement = Agreement.objects.filter(pk=record.agreement_number).first()
        return linked(agreement, user) if agreement else "–"

    def context(self, record: Certificate, user: Any) -> dict[str, Any]:
        content = json.loads(record.content)
        run = DeletionRun.objects.filter(pk=record.run_number).first()
        return {
            "title": _("Certificate %(number)s") % {"number": record.number},
            "issued_certificate": record,
            "said": documents.shown(content),
            "downloads": [
                {
                    "label": LABELS[kind],
                    "address": reverse("admin:retention_certificate_document", args=[record.pk, kind]),
                    "size": filesizeformat(told["bytes"]),
                    "sha256": told["sha256"],
                }
                for kind, told in sorted(record.documents.items(), key=_own_language_first)
            ],
            "papers": self.papers(record),
            "verify_address": certificates.page_of(record),
            "supplements": [(one, page_of(one)) for one in record.supplemented_by.order_by("sequence")],
            "first_address": page_of(record.supplements) if record.supplements else "",
            "run_address": page_of(run) if run and user.has_perm("retention.view_deletionrun") else "",
        }

    @admin.display(description=gettext_lazy("number"), ordering="sequence")
    def number_shown(self, certificate: Certificate) -> str:
        return certificate.number

    @admin.display(description=gettext_lazy("customer"), ordering="customer_name")
    def customer_shown(self, certificate: Certificate) -> SafeString:
        return format_html("<bdi>{}</bdi>", certificate.customer_name)

    @admin.display(description=gettext_lazy("issued"), ordering="issued_at")
    def issued_shown(self, certificate: Certificate) -> str:
        return date_format(clock.local_day(certificate.issued_at))

    @admin.display(description=gettext_lazy("supplements"))
    def supplements_shown(self, certificate: Certificate) -> str:
        return certificate.supplements.number if certificate.supplements else "–"
