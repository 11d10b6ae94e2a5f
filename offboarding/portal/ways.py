"""What a contact can do now: each way leads to a page that shows what follows, and only then acts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from offboarding import objections, online_notices, withdrawals
from offboarding.models import Contact, TerminationNotice, TransferAssistance, Waiver
from offboarding.portal.matters import Matters
from offboarding.rule_words import day_in_words
from offboarding.waivers import first_waivable

State = TerminationNotice.State


@dataclass(frozen=True, slots=True)
class Way:
    """A heading, a sentence, and a button – or, where the visitor may not, the people who may."""

    title: str
    text: str
    address: str = ""
    label: str = ""
    main: bool = False
    people: tuple[str, ...] = ()


def about_the_notice(matters: Matters) -> list[Way]:
    """Give notice, take it back, object to it."""
    return list(_about_the_notice(matters))


def _about_the_notice(matters: Matters) -> Iterator[Way]:
    agreement, notice = matters.agreement, matters.notice
    if not online_notices.why_not(agreement, matters.today, matters.notices):
        text = _("You see the dates that follow before you send anything.")
        if not agreement.auto_renews:
            text = _("You need not: the agreement ends by itself.") + " " + text
        needed = agreement.auto_renews
        way = Way(_("Give notice"), text, matters.at("portal-notice"), _("See the dates"), main=needed)
        yield _for_who_may(way, matters, "may_give_notice")
    if notice is None or agreement.erased_at is not None:
        return
    if not withdrawals.why_not(agreement, notice, matters.today):
        text = _("Then everything goes on as if you had not given notice.")
        if agreement.service_ends and notice.state == State.ACCEPTED:
            text = _("Until the end of %(day)s. Then everything goes on as if you had not given notice.") % {
                "day": day_in_words(agreement.service_ends)
            }
        address = matters.at("portal-withdraw", notice=notice.pk)
        yield _for_who_may(
            Way(_("Take the notice back"), text, address, _("Take it back …")), matters, "may_give_notice"
        )
    if notice.objected_at is not None and notice.objection_settled_at is None:
        yield Way(_("An objection is being looked at"), _("A person here settles it, and you get a letter."))
    elif not objections.why_not(notice, matters.today):
        text = _("Was the notice not meant, or not agreed among you? Say so; a person here looks at it.")
        if notice.object_until is not None:
            until = {"day": day_in_words(notice.object_until)}
            text += " " + _("You can do so until %(day)s.") % until
        address = matters.at("portal-object", notice=notice.pk)
        yield Way(_("Object to the notice"), text, address, _("Object …"))


def about_the_rest(matters: Matters) -> list[Way]:
    """Help with the transfer, and earlier deletion."""
    return [*_about_help(matters), *_about_earlier_deletion(matters)]


def _about_help(matters: Matters) -> Iterator[Way]:
    agreement = matters.agreement
    if agreement.erased_at is not None:
        return
    for asked in matters.assistance:
        yield from _standing_of_help(asked, matters)
    if not any(_to_be_answered(asked, matters) for asked in matters.assistance):
        text = _("We give reasonable help with moving your data to a new provider, under a separate agreement.")
        label = _("Ask for more help …") if matters.assistance else _("Ask for help …")
        yield _for_who_may(Way(_("Help with moving"), text, matters.at("portal-help"), label), matters, "may_request")


def _to_be_answered(asked: TransferAssistance, matters: Matters) -> bool:
    """By us, or by the customer."""
    offered = asked.state == TransferAssistance.State.OFFERED and asked.pk not in matters.accepted
    return offered or asked.state == TransferAssistance.State.REQUESTED


def _standing_of_help(asked: TransferAssistance, matters: Matters) -> Iterator[Way]:
    if asked.state == TransferAssistance.State.REQUESTED:
        yield Way(_("Help with moving: asked for"), _("A person here reads it and answers with an offer."))
    elif asked.state == TransferAssistance.State.AGREED:
        yield Way(
            _("Help with moving: agreed"), _("The separate agreement is %(name)s.") % {"name": asked.separate_agreement}
        )
    elif asked.state == TransferAssistance.State.OFFERED and asked.pk in matters.accepted:
        text = _("You have said yes to our offer. We send you the separate agreement to sign; the work begins then.")
        yield Way(_("Help with moving: offer accepted"), text)
    elif asked.state == TransferAssistance.State.OFFERED:
        text = _("We have looked at what you asked for and can offer help.")
        address = matters.at("portal-answer", asked=asked.pk)
        way = Way(_("Our offer to help you move"), text, address, _("See the offer and answer"), main=True)
        yield _for_who_may(way, matters, "may_request")


def _about_earlier_deletion(matters: Matters) -> Iterator[Way]:
    agreement, waiver = matters.agreement, matters.waiver
    if agreement.erased_at is not None or agreement.delete_from is None:
        return
    if waiver is not None and waiver.state == Waiver.State.OPEN:
        facts = {"day": day_in_words(waiver.delete_from), "was": day_in_words(agreement.delete_from)}
        text = (
            _("You asked for deletion from %(day)s on. Two people here look at it; until then %(was)s stands.") % facts
        )
        yield Way(_("Earlier deletion: asked for"), text)
        return
    last = agreement.delete_from - timedelta(days=1)
    if agreement.held_since is None and first_waivable(agreement, matters.today) <= last:
        text = _("You have everything and want it gone sooner? You choose a day, see what you give up, and sign.")
        way = Way(_("Ask for earlier deletion"), text, matters.at("portal-earlier"), _("See what it means …"))
        yield _for_who_may(way, matters, "may_confirm")


def _for_who_may(way: Way, matters: Matters, right: str) -> Way:
    if getattr(matters.contact, right):
        return way
    return Way(way.title, way.text, people=who_may(matters.people, right) or (_("nobody yet – please write to us"),))


def who_may(people: Iterable[Contact], right: str) -> tuple[str, ...]:
    """The names of those who have a right."""
    return tuple(person.name for person in people if person.ended_at is None and getattr(person, right))
