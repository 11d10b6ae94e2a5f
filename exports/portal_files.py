"""The addresses from which customers fetch the files of their packages; each request is authorised anew."""

from __future__ import annotations

import logging
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exports import download_keys, downloads, serving
from exports.models import ExportJob
from offboarding.portal.visits import Visit, for_contacts

log = logging.getLogger(__name__)


@require_safe
def file(request: HttpRequest, reference: str, job: int, name: str) -> HttpResponseBase:
    """One file of a package: for who is signed in, or holds a key that somebody signed in has made."""
    if header := request.headers.get("Authorization", ""):
        try:
            request.user = download_keys.user_of(header, job)
        except download_keys.NoKeyError:
            return _no_key()
    return _file(request, reference, job=job, name=name)


@for_contacts
def _file(request: HttpRequest, visit: Visit, job: int, name: str) -> HttpResponseBase:
    found = job_of(visit, job)
    try:
        item = downloads.find(found, name, contact=visit.contact)
    except downloads.UnknownFileError as error:
        raise Http404 from error
    except downloads.RemovedError:
        return render(request, "portal/exports/removed.html", {"visit": visit, "job": found}, status=410)
    return hand_out(request, found, item, contact=visit.contact)


def hand_out(request: HttpRequest, job: ExportJob, item: downloads.Item, **who: Any) -> HttpResponseBase:
    """The answer with the file, written down where it gives any of it away."""
    try:
        response = serving.answer(request, item)
    except OSError:
        log.exception("export %s: %s cannot be read from the storage", job.pk, item.stored)
        return HttpResponse(_("The file cannot be read just now. Try again later."), status=503)
    if serving.sends_data(response, request):
        try:
            downloads.note(job, item, first=serving.first_byte(request, item), **who)
        except Exception:
            response.close()
            raise
    return response


def job_of(visit: Visit, pk: int) -> ExportJob:
    """An export of the visit's customer; ``Http404`` for every other."""
    jobs = ExportJob.objects.filter(customer=visit.agreement.customer_id).defer("tables_result")
    found = jobs.filter(pk=pk).select_related("customer", "requested_by_contact").first()
    if found is None:
        raise Http404
    return found


def _no_key() -> HttpResponse:
    text = _("This key does not fit, or its time is over. Sign in and make a new one; the transfer goes on from there.")
    response = HttpResponse(f"{text}\n", status=401, content_type="text/plain; charset=utf-8")
    response.headers["WWW-Authenticate"] = "Bearer"
    response.headers["Cache-Control"] = "no-store"
    return response
