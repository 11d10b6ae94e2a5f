"""The demo's start page ``/demo/``: enter as anybody, turn the clock, read the mails. With DEBUG, in the demo alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from offboarding import clock, customer_access
from offboarding.models import Agreement
from offboarding.rule_words import day_in_words
from retention.sample import cases, cast, demo_state, mails, steps, turning


def in_the_demo(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Everywhere else these addresses do not exist."""

    @never_cache
    @wraps(view)
    def asked(request: HttpRequest, **others: Any) -> HttpResponseBase:
        if not demo_state.is_demo():
            raise Http404
        return view(request, **others)

    return asked


@require_safe
@in_the_demo
def door(request: HttpRequest) -> HttpResponse:
    """What one can play, who one can be, and what day it is."""
    agreement = _played()
    listed = steps.steps_of(agreement)
    following = turning.following(agreement)
    context = {
        "agreement": agreement,
        "contact": agreement.customer.contacts.order_by("pk").first(),
        "steps": listed,
        "finished": all(step.done for step in listed),
        "today": day_in_words(clock.today()),
        "following": following,
        "following_day": day_in_words(following.day) if following else "",
        "players": cast.PLAYERS,
        "password": cast.PASSWORD,
        "vendor": settings.VENDOR_NAME,
        "who": request.user,
    }
    return render(request, "demo/door.html", context)


@require_POST
@in_the_demo
def enter(request: HttpRequest) -> HttpResponse:
    """Signs in as ``who`` – a player, or the customer's contact – and goes to where the step ``step`` is done."""
    agreement, who = _played(), request.POST.get("who", "")
    user = _user_of(agreement, who)
    if user is None:
        raise Http404
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    for step in steps.steps_of(agreement):
        if step.key == request.POST.get("step", "") and step.who == who:
            return _in_the_language_read_here(step.address)
    home = reverse("portal-case", args=[agreement.reference]) if who == steps.CUSTOMER else reverse("admin:index")
    return _in_the_language_read_here(home)


def _in_the_language_read_here(address: str) -> HttpResponse:
    """Goes on in it: the customer's page would else be in the one its contact is written to in."""
    response = HttpResponseRedirect(address)
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, get_language() or settings.LANGUAGE_CODE, samesite="Lax")
    return response


@require_POST
@in_the_demo
def turn(request: HttpRequest) -> HttpResponse:
    """Goes to the next day on which something happens."""
    try:
        found = turning.turn(_played())
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, f"{day_in_words(found.day)}: {found.what}")
    return HttpResponseRedirect(reverse("demo"))


@require_safe
@in_the_demo
def post_box(request: HttpRequest) -> HttpResponse:
    """The mails that went out."""
    return render(request, "demo/mails.html", {"mails": mails.newest(), "vendor": settings.VENDOR_NAME})


@require_safe
@in_the_demo
def mail(request: HttpRequest, key: str) -> HttpResponse:
    """One mail as plain text."""
    return render(request, "demo/mail.html", {"mail": _mail(key), "vendor": settings.VENDOR_NAME})


@require_safe
@in_the_demo
@csp({"default-src": [NONE], "style-src": [UNSAFE_INLINE], "frame-ancestors": [NONE], "sandbox": True})  # type: ignore[arg-type]
def mail_as_it_looks(request: HttpRequest, key: str) -> HttpResponse:
    """One mail as a mail program shows it: its own styles and nothing else, in a sandbox."""
    return HttpResponse(_mail(key).html)


def _mail(key: str) -> mails.Mail:
    found = mails.find(key)
    if found is None:
        raise Http404(_("There is no such mail."))
    return found


def _played() -> Agreement:
    agreement = Agreement.objects.select_related("customer").filter(number=cases.PLAYED).first()
    if agreement is None:
        raise Http404
    return agreement


def _user_of(agreement: Agreement, who: str) -> User | None:
    if who == steps.CUSTOMER:
        return customer_access.account_of(agreement.customer.contacts.active().order_by("pk").first())
    if who not in {player.name for player in cast.PLAYERS}:
        return None
    return User.objects.filter(username=who, is_staff=True).first()
