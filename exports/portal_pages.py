"""The customer's pages about exports: ask for one, see how it goes, fetch it, and say whether everything has arrived.

GET shows what would follow, POST acts; every button calls a verb, and no rule stands here.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exports import download_keys, downloads, jobs, receipts
from exports.models import ExportJob
from exports.portal_files import job_of
from exports.portal_forms import ConfirmForm, ObjectForm, RequestForm
from exports.portal_packages import card, estimate, figures, why_no_request
from offboarding.portal.visits import Visit, for_contacts

MOST_FOLLOWED = 20
"""Jobs whose progress one request may ask for."""
form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@for_contacts
def request_export(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The form; where nothing can be asked for, the reason."""
    under_way = ExportJob.objects.filter(customer=visit.agreement.customer_id, state__in=ExportJob.ACTIVE).exists()
    form = RequestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            job = jobs.request_export(
                visit.agreement.customer, contact=visit.contact, agreement=visit.agreement,
                language=visit.contact.writes_in, **form.cleaned_data,
            )  # fmt: skip
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Your request has arrived. We write to you when the package is ready."))
            return _to(visit, job)
    why = why_no_request(visit.agreement, visit.contact, under_way)
    context = {"form": form, "why": why, "estimate": estimate(visit.agreement)}
    return _page(request, "request", visit, context, wrong=form.is_bound)


@require_safe
@for_contacts
def progress(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The figures of ``?job=1&job=2`` for the small script."""
    wanted = [int(pk) for pk in request.GET.getlist("job")[:MOST_FOLLOWED] if pk.isdecimal() and len(pk) < 19]
    found = ExportJob.objects.filter(customer=visit.agreement.customer_id, pk__in=wanted)
    now = timezone.now()
    return JsonResponse({"jobs": [figures(job, now) for job in found.defer("tables_result", "statement")]})


@require_safe
@for_contacts
def package(request: HttpRequest, visit: Visit, job: int) -> HttpResponseBase:
    """One request, with everything that is known about it."""
    return _page(request, "package", visit, {"one": _card(visit, job_of(visit, job)), "whole": True})


@require_POST
@for_contacts
def cancel(request: HttpRequest, visit: Visit, job: int) -> HttpResponseBase:
    """The contact takes its request back."""
    found = job_of(visit, job)
    try:
        jobs.cancel(found, contact=visit.contact)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Your request is cancelled. You can ask again while there is time."))
    return _to(visit, found)


@form_page
@for_contacts
def confirm(request: HttpRequest, visit: Visit, job: int) -> HttpResponseBase:
    """That everything has arrived: what follows from it, and the button."""
    found = job_of(visit, job)
    form = ConfirmForm(request.POST if request.method == "POST" else None, initial={"digest": found.manifest_sha256})
    if request.method == "POST" and form.is_valid():
        try:
            receipts.confirm(found, contact=visit.contact, digest=form.cleaned_data["digest"])
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Thank you. It is written down that everything has arrived."))
            return _to(visit, found)
    return _page(request, "confirm", visit, {"form": form, "one": _card(visit, found)}, wrong=form.is_bound)


@form_page
@for_contacts
def object_to(request: HttpRequest, visit: Visit, job: int) -> HttpResponseBase:
    """What is missing, of each category."""
    found = job_of(visit, job)
    sent = request.POST if request.method == "POST" else None
    form = ObjectForm(found, sent, initial={"digest": found.manifest_sha256})
    if request.method == "POST" and form.is_valid():
        try:
            receipts.object_to(
                found, contact=visit.contact, digest=form.cleaned_data["digest"], missing=form.missing
            )  # fmt: skip
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Thank you. A person looks at it; until it is settled, nothing is deleted."))
            return _to(visit, found)
    return _page(request, "missing", visit, {"form": form, "one": _card(visit, found)}, wrong=form.is_bound)


@require_POST
@for_contacts
def key(request: HttpRequest, visit: Visit, job: int) -> HttpResponseBase:
    """One line for a command line, with a key that was made for it; shown this once."""
    found = job_of(visit, job)
    try:
        made = download_keys.make(found, contact=visit.contact, session_key=request.session.session_key or "")
    except downloads.RemovedError:
        return render(request, "portal/exports/removed.html", {"visit": visit, "job": found}, status=410)
    except downloads.UnknownFileError:
        messages.error(request, _("There is no package to fetch yet."))
        return _to(visit, found)
    names = [item.name for item in downloads.items_of(found)] + [downloads.sums_name(found)]
    addresses = [
        settings.SITE_URL + reverse("portal-export-file", args=[visit.agreement.reference, found.pk, name])
        for name in names
    ]
    context = {"one": _card(visit, found), "key": made, "addresses": addresses, "sums": downloads.sums_name(found)}
    minutes = int(download_keys.LIFE.total_seconds() // 60)
    return _page(request, "key", visit, {**context, "minutes": minutes})


def _card(visit: Visit, job: ExportJob) -> dict[str, object]:
    return card(job, visit.contact, timezone.now())


def _page(
    request: HttpRequest, name: str, visit: Visit, context: dict[str, object], *, wrong: bool = False
) -> HttpResponse:
    shown = {"visit": visit, **context}
    return render(request, f"portal/exports/{name}.html", shown, status=422 if wrong else 200)


def _to(visit: Visit, job: ExportJob) -> HttpResponse:
    return redirect("portal-export", visit.agreement.reference, job.pk)
