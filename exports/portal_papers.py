"""The completeness statement of each package as a paper, for the contacts of its customer."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from exports import completeness_paper
from exports.models import ExportJob
from offboarding import paper_download
from offboarding.portal.visits import Visit, for_contacts

PROVED = (ExportJob.State.COMPLETE, ExportJob.State.EXPIRED)


def statements_of(visit: Visit) -> QuerySet[ExportJob]:
    """The customer's complete packages, also those that were removed since, the newest first."""
    found = ExportJob.objects.filter(customer=visit.agreement.customer_id, state__in=PROVED, statement__isnull=False)
    return found.order_by("-pk")


@require_safe
@for_contacts
def statement_paper(request: HttpRequest, visit: Visit, job: int, language: str, kind: str) -> HttpResponse:
    """The statement of one package, in the language of its name."""
    found = statements_of(visit).filter(pk=job).first()
    if found is None:
        raise Http404
    return paper_download.answer(
        lambda chosen: completeness_paper.of_job(found, chosen),
        name=f"completeness-{found.pk}", language=language, kind=kind,
    )  # fmt: skip
