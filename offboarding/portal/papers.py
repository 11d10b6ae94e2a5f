"""Papers that a customer's contact may have of its own case: the acknowledgement of each notice."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from offboarding import paper_download
from offboarding.models import TerminationNotice
from offboarding.notice_paper import acknowledgement
from offboarding.portal.visits import Visit, for_contacts


def notices_of(visit: Visit) -> QuerySet[TerminationNotice]:
    """The notices that have a paper, the newest first; what only repeats another has none."""
    found = visit.agreement.notices.exclude(state=TerminationNotice.State.DUPLICATE)
    return found.select_related("contact", "message").order_by("-received_at", "-pk")


@require_safe
@for_contacts
def notice_paper(request: HttpRequest, visit: Visit, notice: int, language: str, kind: str) -> HttpResponse:
    """The acknowledgement of one notice, in the language of its name."""
    found = notices_of(visit).filter(pk=notice).first()
    if found is None:
        raise Http404
    found.agreement = visit.agreement
    name = f"acknowledgement-{visit.agreement.reference}-{found.pk}"
    return paper_download.answer(lambda chosen: acknowledgement(found, chosen), name=name, language=language, kind=kind)
