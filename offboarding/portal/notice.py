"""Giving notice – with its dates before it is sent –, taking it back, and objecting to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from offboarding import notices, objections, online_notices, withdrawals
from offboarding.dates import Preview
from offboarding.models import TerminationNotice
from offboarding.portal.acting import UNPROCESSABLE, Act, Button, done, perform, refuse, shown
from offboarding.portal.forms import (
    NoticeForm,
    ObjectForm,
    SendNoticeForm,
    WithdrawForm,
    shown_in,
    token_for,
)
from offboarding.portal.matters import Matters, matters_of
from offboarding.portal.outcomes import outcomes_of
from offboarding.portal.visits import Visit, for_contacts
from offboarding.rule_words import day_in_words

form_or_act = require_http_methods(["GET", "HEAD", "POST"])
State = TerminationNotice.State


@form_or_act
@for_contacts
def give(request: HttpRequest, visit: Visit) -> HttpResponse:
    """First what there is to say, then the dates it leads to, then – with a tick – the notice itself."""
    matters = matters_of(visit)
    if request.method != "POST":
        return shown(request, matters, _first(matters), NoticeForm())
    if request.POST.get("do") == "send":
        return _send(request, matters)
    form = NoticeForm(request.POST)
    if request.POST.get("do") == "change":
        return shown(request, matters, _first(matters), NoticeForm(initial={"words": request.POST.get("words", "")}))
    if not form.is_valid() or _refusal(matters):
        return shown(request, matters, _first(matters), form, status=UNPROCESSABLE)
    return _preview(request, matters, form.cleaned_data["words"])


def _refusal(matters: Matters) -> str:
    """Why no notice can be given here; terms that the clock cannot read need a person."""
    if refusal := online_notices.why_not(matters.agreement, matters.today, matters.notices):
        return refusal
    try:
        notices.preview(matters.agreement, matters.today)
    except ValidationError:
        return _("We cannot count the dates of this agreement here. Please write to us; your letter counts as notice.")
    return ""


def _first(matters: Matters) -> Act:
    explains = [
        _("A notice ends your agreement. On the next page you see which dates follow from it; nothing is sent before."),
    ]
    return Act(
        heading=_("Give notice"), form=NoticeForm, buttons=[Button(_("See the dates"), "preview")], call=_nothing,
        explains=explains, right="may_give_notice", not_possible=_refusal(matters),
    )  # fmt: skip


def _nothing(_data: dict[str, Any], _button: str) -> str:
    return ""


def _send(request: HttpRequest, matters: Matters) -> HttpResponse:
    form = SendNoticeForm(request.POST)
    facts = shown_in(request.POST.get("token", ""), matters.visit)
    words = request.POST.get("words", "")
    if facts is None:
        return _preview(request, matters, words, _("This page was open for too long. Please look at the dates again."))
    if not form.is_valid():
        return _preview(request, matters, words, form=form)
    try:
        online_notices.give(
            matters.agreement, contact=matters.contact, words=words, form=facts["form"], seen=str(facts.get("seen"))
        )
    except PermissionDenied:
        return shown(request, matters, _first(matters), NoticeForm(), status=403)
    except ValidationError as error:
        if "dates" in getattr(error, "error_dict", {}):
            return _preview(request, matters, words, " ".join(error.messages))
        refuse(form, error)
        return _preview(request, matters, words, form=form)
    return done(request, matters, _("Your notice has reached us. All your contacts get a letter that says so."))


def _preview(
    request: HttpRequest, matters: Matters, words: str, trouble: str = "", form: forms.Form | None = None
) -> HttpResponse:
    """The dates, and the tick that sends it; the dates that were shown are signed into the form."""
    if not matters.contact.may_give_notice or _refusal(matters):
        return shown(request, matters, _first(matters), NoticeForm(), status=UNPROCESSABLE)
    found = notices.preview(matters.agreement, matters.today)
    token = token_for(matters.visit, seen=online_notices.fingerprint(found))
    status = UNPROCESSABLE if form is not None or trouble else 200
    if form is None:
        form = SendNoticeForm(initial={"words": words, "token": token})
    else:
        form.data = {**form.data.dict(), "token": token}  # type: ignore[attr-defined]
    act = Act(
        heading=_("These dates follow"), form=SendNoticeForm, call=_nothing, explains=_says(found, matters, trouble),
        buttons=[Button(_("Give notice now"), "send"), Button(_("Change what I wrote"), "change", "quiet")],
        more={"outcomes": outcomes_of(found), "quoted": words, "quoted_title": _("You add")},
    )  # fmt: skip
    return shown(request, matters, act, form, status=status)


def _says(found: Preview, matters: Matters, trouble: str) -> list[str]:
    facts = {
        "day": day_in_words(found.notice_day),
        "latest": day_in_words(found.latest),
        "customer": matters.agreement.customer.name,
    }
    said = [trouble] if trouble else []
    if found.timely:
        said.append(_("If you give notice today, %(day)s, it is in time: the latest day is %(latest)s.") % facts)
    elif len(found.outcomes) > 1:
        said.append(_("If you give notice today, %(day)s, it is late: the latest day was %(latest)s.") % facts)
        said.append(_("A late notice is not lost: a person here decides which of these two it leads to."))
    else:
        said.append(_("If you give notice today, %(day)s, nothing changes: the agreement ends then anyway.") % facts)
    said.append(_("You give notice for %(customer)s. A person here reads it and confirms the dates by letter.") % facts)
    return [*said, _("You can take the notice back until the end of the last day of service.")]


def _its_notice(matters: Matters, number: int) -> TerminationNotice:
    """The notice of this agreement with that number; 404 for any other's."""
    found = matters.agreement.notices.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


@form_or_act
@for_contacts
def withdraw(request: HttpRequest, visit: Visit, notice: int) -> HttpResponse:
    """Takes a notice back."""
    matters = matters_of(visit)
    found = _its_notice(matters, notice)
    gone = _("The notice is taken back. All your contacts get a letter.")

    def call(data: dict[str, Any], _button: str) -> str:
        notices.withdraw(found, because=data["because"], contact=matters.contact)
        return gone

    too_late = withdrawals.why_not(matters.agreement, found, matters.today)
    act = Act(
        heading=_("Take the notice back"), form=WithdrawForm, call=call, right="may_give_notice",
        buttons=[Button(_("Take the notice back"))],
        explains=[_("Then your agreement goes on as if you had not given notice, and the dates of its end are gone."),
                  _("You can give notice again later; then the dates are counted anew.")],
        not_possible=_("This notice cannot be taken back any more.") if too_late else "",
        already=lambda: gone if _its_notice(matters, notice).state == State.WITHDRAWN else "",
    )  # fmt: skip
    return perform(request, matters, act)


@form_or_act
@for_contacts
def object_to(request: HttpRequest, visit: Visit, notice: int) -> HttpResponse:
    """Objects to a notice; any contact may."""
    matters = matters_of(visit)
    found = _its_notice(matters, notice)
    heard = _("Your objection has reached us. A person looks at it, and nothing final happens before.")

    def call(data: dict[str, Any], _button: str) -> str:
        notices.object_to(found, text=data["text"], contact=matters.contact)
        return heard

    act = Act(
        heading=_("Object to the notice"), form=ObjectForm, call=call, buttons=[Button(_("Send the objection"))],
        explains=[_("Nothing stops by itself: a person here looks at it, asks where needed, and decides. If you are "
                    "right, the notice does not count.")],
        not_possible=objections.why_not(found, matters.today),
        already=lambda: heard if _same_objection(matters, notice) else "",
    )  # fmt: skip
    return perform(request, matters, act)


def _same_objection(matters: Matters, number: int) -> bool:
    """The objection that is open is this contact's own."""
    found = _its_notice(matters, number)
    mine = found.objection_by == f"contact:{matters.contact.pk}"
    return mine and found.objected_at is not None and found.objection_settled_at is None
