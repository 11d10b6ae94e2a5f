"""The kinds of facts an event of the journal may have: what each may hold, which is never personal content."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils import translation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_CODE = re.compile(r"[A-Za-z0-9_.:+-]{0,100}")
_HASH = re.compile(r"(?:[0-9a-f]{2}){4,64}")


class Kind(StrEnum):
    """What a fact is, and by that what it may hold; nothing here can hold a name or an address."""

    ID = "id"
    """A row's number, or None."""
    COUNT = "count"
    """A whole number; shown with separators, chooses the plural."""
    DAY = "day"
    """A calendar date as ISO text, ``2027-01-31``, or None."""
    MOMENT = "moment"
    """An instant as ISO text with offset, or None."""
    CODE = "code"
    """A word of ours: letters, digits and ``_.:+-``, at most 100."""
    CODES = "codes"
    """A list of such words."""
    HASH = "hash"
    """Hex digits, or empty."""
    FLAG = "flag"
    """True or false."""
    DETAIL = "detail"
    """Anything the journal can hold, for what has a shape of its own; the writer answers for its content."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of an event: its kind, and for codes the words shown for them."""

    kind: Kind
    words: Mapping[str, StrOrPromise] | None = None
    between: str = ", "
    """What stands between several; a space where the words are sentences."""


class Event:
    """A kind of event: the sentence, with ``%(fact)s`` where facts are shown, and all facts it may have.

    Facts that the sentence shows must be given with every entry; the others may be.
    """

    __slots__ = ("facts", "needed", "sentence")

    def __init__(self, sentence: StrOrPromise, **facts: Kind | Fact) -> None:
        self.sentence = sentence
        self.facts = {name: fact if isinstance(fact, Fact) else Fact(fact) for name, fact in facts.items()}
        self.needed = _named(sentence)
        if unknown := self.needed - self.facts.keys():
            raise ValueError(f"The sentence shows facts that are not declared: {', '.join(sorted(unknown))}.")


class _Asked(dict[str, Any]):
    """Notes which facts a template asks for."""

    def __missing__(self, name: str) -> int:
        self[name] = 0
        return 0


def _named(sentence: StrOrPromise) -> frozenset[str]:
    """The facts that the sentence shows, in its English form and without a catalogue."""
    asked = _Asked()
    with translation.override(None):
        str(sentence % asked)
    return frozenset(asked)


def fits(kind: Kind, value: Any) -> bool:
    """Whether the value is of this kind."""
    match kind:
        case Kind.ID | Kind.COUNT:
            return (value is None and kind is Kind.ID) or (isinstance(value, int) and not isinstance(value, bool))
        case Kind.DAY:
            return value is None or (isinstance(value, str) and len(value) == 10 and read(date, value) is not None)
        case Kind.MOMENT:
            moment = read(datetime, value)
            return value is None or (moment is not None and moment.tzinfo is not None)
        case Kind.CODE:
            return isinstance(value, str) and _CODE.fullmatch(value) is not None
        case Kind.CODES:
            return isinstance(value, list) and all(isinstance(v, str) and _CODE.fullmatch(v) for v in value)
        case Kind.HASH:
            return isinstance(value, str) and (not value or _HASH.fullmatch(value) is not None)
        case Kind.FLAG:
            return isinstance(value, bool)
        case Kind.DETAIL:
            return True


def read(type_: Any, value: Any) -> Any:
    """A ``date`` or ``datetime`` from its ISO text; None where it is none."""
    try:
        return type_.fromisoformat(value)
    except (TypeError, ValueError):
        return None
