"""Alice's case in every phase a customer can find it in, brought there by the verbs as time goes by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

ENDS_IN = {"service": "2026-12-31", "window": "2027-03-31", "deletion": "2027-04-01"}


def notice_of(agreement: Any, contact: Any, by: Any) -> Any:
    """A notice by letter, undecided."""
    from offboarding import notices

    return notices.record(
        agreement, channel="letter", received_at=timezone.now(), by=by, because="Stamp", contact=contact
    )  # fmt: skip


def ending(agreement: Any, contact: Any, by: Any) -> Any:
    """A notice that is accepted: service ends on 31 December 2026."""
    from offboarding import notices

    notice = notices.decide(notice_of(agreement, contact, by), "timely", by=by)
    agreement.refresh_from_db()
    return notice


def hold(agreement: Any, *, tell: bool) -> None:
    """The data is held; the customer is told or must not know."""
    from offboarding import cases
    from offboarding.actors import Actor

    cases.place_hold(agreement, actor=Actor.staff(1, "sam"), because="A secret inquiry", tell=tell)
    agreement.refresh_from_db()


def erase(agreement: Any) -> None:
    """The data is gone."""
    from offboarding import cases
    from offboarding.actors import Actor

    cases.mark_erased(agreement, actor=Actor.machine("deletion"))
    agreement.refresh_from_db()


PHASES = (
    "active", "notice_given", "ending", "export_window", "closing", "on_hold", "held_untold", "deleted",
)  # fmt: skip


def bring(phase: str, agreement: Any, contact: Any, by: Any, time_machine: Any) -> None:
    """From 20 November 2026 to a day on which the agreement is in that phase."""
    if phase == "active":
        return
    if phase == "notice_given":
        notice_of(agreement, contact, by)
        return
    ending(agreement, contact, by)
    days = {
        "export_window": datetime(2027, 1, 20, 9, tzinfo=UTC),
        "closing": datetime(2027, 4, 2, 9, tzinfo=UTC),
        "on_hold": datetime(2027, 4, 2, 9, tzinfo=UTC),
        "held_untold": datetime(2027, 4, 2, 9, tzinfo=UTC),
        "deleted": datetime(2027, 4, 9, 9, tzinfo=UTC),
    }
    if phase in days:
        time_machine.move_to(days[phase], tick=False)
    if phase in ("on_hold", "held_untold"):
        hold(agreement, tell=phase == "on_hold")
    if phase == "deleted":
        erase(agreement)
    agreement.refresh_from_db()
