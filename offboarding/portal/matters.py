"""What the pages of one agreement are made from, read once: few queries, each bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.urls import reverse

from offboarding import assistance, clock
from offboarding.milestones import Milestones
from offboarding.models import Agreement, Contact, TerminationNotice, TransferAssistance, Waiver
from offboarding.phases import Phase, phase_of
from offboarding.portal.visits import Visit

State = TerminationNotice.State
MOST_PEOPLE, MOST_HELP = 200, 5


@dataclass(frozen=True)
class Matters:
    """The agreement as its customer may know it, who looks, and what stands around it."""

    visit: Visit
    today: date
    notices: Sequence[TerminationNotice]
    """Those that wait for a decision or are in force: two at most."""
    people: Sequence[Contact]
    """Everybody who acts or has acted for the customer."""

    @property
    def agreement(self) -> Agreement:
        """The agreement."""
        return self.visit.agreement

    @property
    def contact(self) -> Contact:
        """Who looks."""
        return self.visit.contact

    @cached_property
    def notice(self) -> TerminationNotice | None:
        """The notice that counts: undecided, else in force."""
        return next(iter(sorted(self.notices, key=lambda notice: notice.state != State.RECEIVED)), None)

    @cached_property
    def phase(self) -> Phase:
        """Where the case stands, as the customer may know it."""
        undecided = any(notice.state == State.RECEIVED for notice in self.notices)
        return phase_of(self.agreement, self.today, undecided=undecided)

    @cached_property
    def milestones(self) -> Milestones | None:
        """The stored dates with their rules; None where nothing ends."""
        return clock.milestones_of(self.agreement)

    @cached_property
    def waiver(self) -> Waiver | None:
        """The newest one; asked for only where there are dates to waive."""
        return self.agreement.waivers.order_by("-pk").first() if self.agreement.delete_from else None

    @cached_property
    def assistance(self) -> list[TransferAssistance]:
        """The newest requests for help that are open."""
        return list(self.agreement.assistance.filter(state__in=TransferAssistance.OPEN)[:MOST_HELP])

    @cached_property
    def accepted(self) -> set[int]:
        """Offers of help that the customer has said yes to."""
        offered = [one.pk for one in self.assistance if one.state == TransferAssistance.State.OFFERED]
        return assistance.accepted_ids(self.agreement, offered)

    def at(self, name: str, **parts: Any) -> str:
        """The address of a page of this agreement."""
        return reverse(name, kwargs={"reference": self.agreement.reference, **parts})


def matters_of(visit: Visit) -> Matters:
    """Two queries; what a page does not ask for costs nothing more."""
    agreement = visit.agreement
    standing = agreement.notices.filter(state__in=[State.RECEIVED, State.ACCEPTED])
    people = Contact.objects.filter(customer=agreement.customer_id).order_by("name", "pk")[:MOST_PEOPLE]
    return Matters(visit, clock.today(), list(standing), list(people))
