"""Help with the transfer, and an earlier deletion: the contact's side of both."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offboarding import assistance, waivers
from offboarding.models import TransferAssistance, Waiver
from offboarding.portal.acting import UNPROCESSABLE, Act, Button, done, perform, refuse, shown
from offboarding.portal.forms import DayForm, HelpForm, SignForm, SureForm, shown_in, token_for
from offboarding.portal.matters import Matters, matters_of
from offboarding.portal.notice import form_or_act
from offboarding.portal.visits import Visit, for_contacts
from offboarding.rule_words import day_in_words
from offboarding.waiver_words import gives_up

State = TransferAssistance.State


@form_or_act
@for_contacts
def ask_for_help(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Asks for help with the transfer."""
    matters = matters_of(visit)

    def call(data: dict[str, Any], _button: str) -> str:
        assistance.request(matters.agreement, scope=data["scope"], contact=matters.contact)
        return _("Your request has reached us. A person reads it and answers with an offer.")

    deleted = matters.agreement.erased_at is not None
    act = Act(
        heading=_("Ask for help with moving"), form=HelpForm, call=call, right="may_request",
        buttons=[Button(_("Send the request"))],
        explains=[_("Tell us what you need. We answer with an offer: how many hours it takes and whether it costs "
                    "anything. Nothing is agreed before you sign a separate agreement."),
                  _("Your right to your data does not depend on this.")],
        not_possible=_("The data is deleted; there is nothing left to move.") if deleted else "",
    )  # fmt: skip
    return perform(request, matters, act)


@form_or_act
@for_contacts
def answer_offer(request: HttpRequest, visit: Visit, asked: int) -> HttpResponse:
    """Says yes or no to an offer of help."""
    matters = matters_of(visit)
    found = visit.agreement.assistance.filter(pk=asked).first()
    if found is None:
        raise Http404
    yes = _("You have said yes. We send you the separate agreement to sign.")
    no = _("You have said no to the offer. You can ask again at any time.")

    def call(_data: dict[str, Any], button: str) -> str:
        if button == "accept":
            assistance.accept(found, contact=matters.contact)
            return yes
        if button != "decline":
            raise ValidationError(_("Please say yes or no."))
        assistance.decline(found, contact=matters.contact)
        return no

    def already() -> str:
        found.refresh_from_db()
        return no if request.POST.get("do") == "decline" and found.state == State.DECLINED else ""

    act = Act(
        heading=_("Our offer to help you move"), form=SureForm, call=call, right="may_request", already=already,
        buttons=[Button(_("Yes, we want this help"), "accept"), Button(_("No, thank you"), "decline", "quiet")],
        explains=_offer_in_words(found), not_possible=_not_open(found, matters),
        more={"quoted": found.scope, "quoted_title": _("What you asked for")},
    )  # fmt: skip
    return perform(request, matters, act)


def _not_open(found: TransferAssistance, matters: Matters) -> str:
    if found.pk in assistance.accepted_ids(matters.agreement, [found.pk]) and found.state == State.OFFERED:
        return _("You have said yes to our offer. We send you the separate agreement to sign; the work begins then.")
    return "" if found.state == State.OFFERED else _("This offer is not open any more.")


def _offer_in_words(found: TransferAssistance) -> list[str]:
    hours = found.estimated_hours or Decimal(0)
    said = ngettext(
        "We estimate %(hours)s hour of work.", "We estimate %(hours)s hours of work.", 1 if hours == 1 else 2
    ) % {"hours": number_format(Decimal(f"{hours.normalize():f}"))}  # fmt: skip
    cost = _("The work is charged for.") if found.charged else _("The work is free of charge.")
    return [
        f"{said} {cost}",
        _("If you say yes, we send you a separate agreement; nothing is owed before it is signed."),
    ]


@form_or_act
@for_contacts
def ask_for_earlier_deletion(request: HttpRequest, visit: Visit) -> HttpResponse:
    """First the day, then what is given up, then the signature."""
    matters = matters_of(visit)
    if request.method != "POST":
        return shown(request, matters, _day_first(matters), DayForm())
    if request.POST.get("do") == "sign":
        return _sign(request, matters)
    form = DayForm(request.POST)
    if request.POST.get("do") == "change" or not form.is_valid():
        status = 200 if request.POST.get("do") == "change" else UNPROCESSABLE
        return shown(request, matters, _day_first(matters), form, status=status)
    return _read_first(request, matters, form)


def _day_first(matters: Matters) -> Act:
    agreement = matters.agreement
    explains = [_("Your data is kept until the day we promised. You may choose an earlier one, by your signature.")]
    if agreement.delete_from is not None:
        facts = {
            "was": day_in_words(agreement.delete_from),
            "first": day_in_words(waivers.first_waivable(agreement, matters.today)),
        }
        explains.append(
            _("Now nothing is deleted before %(was)s. The earliest day you can choose is %(first)s.") % facts
        )
    return Act(
        heading=_("Ask for earlier deletion"), form=DayForm, buttons=[Button(_("See what it means"), "read")],
        call=lambda _data, _button: "", explains=explains, right="may_confirm", not_possible=_no_waiver(matters),
    )  # fmt: skip


def _no_waiver(matters: Matters) -> str:
    if matters.agreement.erased_at is not None:
        return _("The data is deleted already.")
    if matters.agreement.delete_from is None:
        return _("Nothing is to be deleted: your agreement has no end yet.")
    if matters.waiver is not None and matters.waiver.state == Waiver.State.OPEN:
        return _("You have asked for an earlier deletion already; two people here look at it.")
    return ""


def _read_first(request: HttpRequest, matters: Matters, form: DayForm) -> HttpResponse:
    """What is given up; a day that no waiver can name is refused at its field before."""
    day: date = form.cleaned_data["delete_from"]
    if not matters.contact.may_confirm or _no_waiver(matters):
        return shown(request, matters, _day_first(matters), form, status=UNPROCESSABLE)
    try:
        waivers.check_earlier(matters.agreement, day)
    except ValidationError as error:
        refuse(form, error)
        return shown(request, matters, _day_first(matters), form, status=UNPROCESSABLE)
    token = token_for(matters.visit, day=day.isoformat())
    return shown(request, matters, _signing(matters, day), SignForm(initial={"delete_from": day, "token": token}))


def _signing(matters: Matters, day: date) -> Act:
    names = {"name": matters.contact.name, "customer": matters.agreement.customer.name}
    how = _("Read this, then sign by typing two names: yours, %(name)s, and the customer's, %(customer)s.") % names
    then = _("Nothing moves at once: two people here must approve it, and all your contacts get a letter.")
    return Act(
        heading=_("What you give up"), form=SignForm, call=lambda _data, _button: "", right="may_confirm",
        buttons=[Button(_("Sign"), "sign", "danger"), Button(_("Choose another day"), "change", "quiet")],
        explains=[how, then], more={"lines": gives_up(matters.agreement, day, matters.today)},
    )  # fmt: skip


def _sign(request: HttpRequest, matters: Matters) -> HttpResponse:
    form = SignForm(request.POST)
    facts = shown_in(request.POST.get("token", ""), matters.visit)
    day = form.fields["delete_from"].clean(request.POST.get("delete_from")) if facts else None
    if facts is None or day is None or facts.get("day") != day.isoformat():
        return shown(request, matters, _day_first(matters), DayForm(), status=UNPROCESSABLE)
    if not form.is_valid():
        return shown(request, matters, _signing(matters, day), form, status=UNPROCESSABLE)
    data = form.cleaned_data
    try:
        waivers.sign_waiver(
            matters.agreement, delete_from=day, contact=matters.contact, name=data["name"],
            customer_name=data["customer_name"], form=facts["form"],
        )  # fmt: skip
    except PermissionDenied:
        return shown(request, matters, _day_first(matters), DayForm(), status=403)
    except ValidationError as error:
        refuse(form, error)
        return shown(request, matters, _signing(matters, day), form, status=UNPROCESSABLE)
    return done(request, matters, _("You have signed. Two people here look at it; all your contacts get a letter."))
