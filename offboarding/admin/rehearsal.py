"""What would follow, found by doing it and taking it back: the verb itself runs in a transaction that is rolled back.

So a form never promises dates or letters that the verb does not make. Nothing leaves the house meanwhile: letters are
rows of the outbox, and go out only after a transaction has ended well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from offboarding import rule_words
from offboarding.clock import milestones_of
from offboarding.dates import Mark, Milestones
from offboarding.models import Agreement, Letter

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A milestone as a person reads it; ``before`` where it moves."""

    title: str
    day: date
    before: date | None
    why: str


@dataclass(frozen=True, slots=True)
class ShownLetters:
    """Letters of one occasion: to whom, and when they go out where that is not at once."""

    occasion: str
    addresses: tuple[str, ...]
    later: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from one way to decide. ``refused``: why it cannot be done."""

    title: StrOrPromise = ""
    text: StrOrPromise = ""
    days: tuple[ShownDay, ...] = ()
    cleared: bool = False
    letters: tuple[ShownLetters, ...] = ()
    cancelled: tuple[ShownLetters, ...] = ()
    refused: tuple[str, ...] = ()
    told: bool = field(default=False)
    """Whether to say so where nobody is written to."""

    @property
    def nobody(self) -> bool:
        """Whether somebody should hear of it and nobody does."""
        return self.told and not self.letters and not self.refused


FOLLOWING = (Mark.SERVICE_ENDS, Mark.EXPORT_UNTIL, Mark.DELETE_FROM)
"""What a decision leads to; the latest day of notice only explains it."""


def shown_days(
    found: Milestones, before: Milestones | None = None, *, marks: Sequence[Mark] = tuple(Mark)
) -> tuple[ShownDay, ...]:
    """Milestones with their rules in words."""
    return tuple(
        ShownDay(
            rule_words.title(mark),
            found[mark].day,
            before[mark].day if before is not None and before[mark].day != found[mark].day else None,
            rule_words.sentence(found[mark].rule),
        )
        for mark in marks
    )


def rehearse(
    agreement: Agreement, act: Callable[[], object], *, title: StrOrPromise = "", text: StrOrPromise = ""
) -> Outcome:
    """What ``act`` would change about this agreement; it must fetch what it changes anew."""
    before, waiting = milestones_of(agreement), set(_waiting(agreement))
    newest = max(agreement.letters.values_list("pk", flat=True)[:1], default=0)
    try:
        with transaction.atomic():
            act()
            outcome = _read(agreement.pk, before, waiting, newest, title, text)
            transaction.set_rollback(True)
    except ValidationError as error:
        return Outcome(title, text, refused=tuple(error.messages))
    return outcome


def _waiting(agreement: Agreement) -> Iterable[int]:
    return agreement.letters.filter(state=Letter.State.QUEUED).values_list("pk", flat=True)


def _read(
    pk: int, before: Milestones | None, waiting: set[int], newest: int, title: StrOrPromise, text: StrOrPromise
) -> Outcome:
    after = Agreement.objects.get(pk=pk)
    found = milestones_of(after)
    gone = after.letters.filter(pk__in=waiting, state__in=(Letter.State.CANCELLED, Letter.State.OVERTAKEN))
    return Outcome(
        title,
        text,
        days=shown_days(found, before, marks=FOLLOWING) if found is not None and found != before else (),
        cleared=found is None and before is not None,
        letters=_grouped(after.letters.filter(pk__gt=newest, state=Letter.State.QUEUED)),
        cancelled=_grouped(gone),
        told=True,
    )


def _grouped(letters: Iterable[Letter]) -> tuple[ShownLetters, ...]:
    """Letters by occasion, in the order they go out."""
    ordered = sorted(letters, key=lambda letter: (letter.due_at, letter.occasion, letter.address))
    return tuple(
        ShownLetters(one[0].get_occasion_display(), tuple(letter.address for letter in one), _later(one[0]))
        for _key, group in groupby(ordered, key=lambda letter: (letter.due_at, letter.occasion))
        for one in [list(group)]
    )


def _later(letter: Letter) -> date | None:
    return timezone.localdate(letter.due_at) if letter.due_at > timezone.now() else None
