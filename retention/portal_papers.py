"""Certificates on the self-service page: the customer's own, each request authorised, each first fetch written down."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exports.models import ExportJob
from exports.portal_papers import statements_of
from offboarding import clock, paper_download
from offboarding.models import TerminationNotice
from offboarding.portal.papers import notices_of
from offboarding.portal.visits import Visit, for_contacts
from retention import certificate_download, certificate_fetching, documents
from retention.models import Certificate

MOST = 20
"""As many of each kind are listed, the newest; a case has one or two. The page says so where there are more."""


def certificates_of(visit: Visit) -> QuerySet[Certificate]:
    """All of the customer's, supplements too, in the order they were issued."""
    found = Certificate.objects.filter(customer_number=visit.agreement.customer_id)
    return found.select_related("supplements").order_by("sequence")


@require_safe
@for_contacts
def original(request: HttpRequest, visit: Visit, sequence: int, kind: str) -> HttpResponseBase:
    """A document as it was issued, or the signature."""
    certificate = _one(visit, sequence)
    response = certificate_download.original(certificate, kind)
    return _noted(request, visit, certificate, kind, response)


@require_safe
@for_contacts
def copy(request: HttpRequest, visit: Visit, sequence: int, language: str) -> HttpResponseBase:
    """The copy to read, in Word."""
    certificate = _one(visit, sequence)
    response = certificate_download.copy(certificate, language)
    return _noted(request, visit, certificate, certificate_download.COPY, response)


def _one(visit: Visit, sequence: int) -> Certificate:
    found = certificates_of(visit).filter(sequence=sequence).first()
    if found is None:
        raise Http404
    return found


def _noted(
    request: HttpRequest, visit: Visit, certificate: Certificate, kind: str, response: HttpResponseBase
) -> HttpResponseBase:
    try:
        if request.method == "GET":
            certificate_fetching.note(certificate, visit.agreement, visit.contact, kind)
    except Exception:
        response.close()
        raise
    response.headers["Cache-Control"] = "private, no-store"
    return response


# What the page lists --------------------------------------------------------------------------------------------------


def certificates_listed(visit: Visit) -> dict[str, Any]:
    """The certificates in the order they were issued, in the active language."""
    language = get_language() or ""
    found = list(certificates_of(visit).order_by("-sequence")[: MOST + 1])
    return {
        "visit": visit,
        "certificates": [_certificate(one, language) for one in reversed(found[:MOST])],
        "more": len(found) > MOST,
        "most": MOST,
    }


def papers_listed(visit: Visit) -> dict[str, Any]:
    """Completeness statements and acknowledgements, the newest of each kind first, in the active language."""
    statements = list(statements_of(visit).defer("tables_result", "statement")[: MOST + 1])
    notices = list(notices_of(visit)[: MOST + 1])
    return {
        "visit": visit,
        "papers": [*map(_statement, statements[:MOST]), *map(_acknowledgement, notices[:MOST])],
        "forms": paper_download.choices(get_language() or ""),
        "more": max(len(statements), len(notices)) > MOST,
        "most": MOST,
    }


def _statement(job: ExportJob) -> dict[str, Any]:
    return {
        "title": _("Completeness statement of export %(number)s") % {"number": job.pk},
        "text": _("Proves, row by row and file by file, that the package holds everything."),
        "url": "portal-statement",
        "pk": job.pk,
    }


def _acknowledgement(notice: TerminationNotice) -> dict[str, Any]:
    day = date_format(clock.local_day(notice.received_at), "j F Y")
    open_ = notice.state == TerminationNotice.State.RECEIVED
    return {
        "title": _("Acknowledgement of your notice of %(day)s") % {"day": day},
        "text": _("That we have received it, and when.") if open_
        else _("That we have received it and when, and what was decided."),
        "url": "portal-acknowledgement",
        "pk": notice.pk,
    }  # fmt: skip


def _certificate(certificate: Certificate, language: str) -> dict[str, Any]:
    said = documents.shown(json.loads(certificate.content))
    originals = sorted((kind for kind in certificate.documents if kind != "json"), key=lambda kind: kind != language)
    return {
        "row": certificate,
        "title": said["title"],
        "lead": said["lead"],
        "issued": said["issued"],
        "remains": said["remains"],
        "verify": said["certificate"]["verify"],
        "originals": [(kind, paper_download.label("pdf", kind)) for kind in originals],
        "copies": [(kind, paper_download.label("docx", kind)) for kind in originals],
    }
