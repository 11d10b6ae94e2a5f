"""How a page acts: GET shows the form with what follows, POST calls the verb, a refusal stands at its field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from offboarding.portal.matters import Matters
from offboarding.portal.ways import who_may

UNPROCESSABLE = 422


class Button(NamedTuple):
    """A button of a form: its words, what it sends as ``do``, and its look."""

    label: str
    value: str = "send"
    kind: str = ""


@dataclass(frozen=True)
class Act:
    """One thing to do. ``call`` gets the form's data and the button's value, and gives what to say when it is done.

    ``right``: what the contact needs ('' for none). ``not_possible``: why there is no form now. ``already``: asked
    after a refusal, whether what was wanted is so already – then a second click does no harm.
    """

    heading: str
    form: type[forms.Form]
    buttons: Sequence[Button]
    call: Callable[[dict[str, Any], str], str]
    explains: Sequence[str] = ()
    right: str = ""
    not_possible: str = ""
    already: Callable[[], str] | None = None
    more: dict[str, Any] = field(default_factory=dict)


def perform(request: HttpRequest, matters: Matters, act: Act) -> HttpResponse:
    """The page of one act, or the way back to the case when it is done."""
    if request.method != "POST":
        return shown(request, matters, act, act.form())
    form = act.form(request.POST)
    if not form.is_valid():
        return shown(request, matters, act, form, status=UNPROCESSABLE)
    try:
        said = act.call(form.cleaned_data, request.POST.get("do", ""))
    except PermissionDenied:
        return shown(request, matters, act, form, status=403)
    except ValidationError as error:
        if act.already is not None and (said := act.already()):
            return done(request, matters, said)
        refuse(form, error)
        return shown(request, matters, act, form, status=UNPROCESSABLE)
    return done(request, matters, said)


def shown(request: HttpRequest, matters: Matters, act: Act, form: forms.Form, status: int = 200) -> HttpResponse:
    """The form, or why there is none for this visitor."""
    people: tuple[str, ...] = ()
    if act.right and not getattr(matters.contact, act.right):
        people = who_may(matters.people, act.right) or (_("nobody yet – please write to us"),)
    context = {
        "visit": matters.visit,
        "heading": act.heading,
        "explains": act.explains,
        "buttons": act.buttons,
        "form": form,
        "people": people,
        "not_possible": act.not_possible,
        **act.more,
    }
    return render(request, "portal/act.html", context, status=status)


def done(request: HttpRequest, matters: Matters, said: str) -> HttpResponse:
    """Back to the case, which says what was done."""
    messages.success(request, said)
    return redirect(matters.at("portal-case"))


def refuse(form: forms.Form, error: ValidationError) -> None:
    """Each refusal at its field; what the form has no field for, above it."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, refusals in error.error_dict.items():
        visible = name in form.fields and not form.fields[name].widget.is_hidden
        form.add_error(name if visible else None, [text for one in refusals for text in one.messages])
