"""The search of the desk's header: what each package finds for some words, as far as the person may look.

A package declares providers from its ``ready``; each asks few, indexed questions and gives at most ``MOST`` hits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

MOST = 8
"""Hits that one kind shows; its own list has the others."""
LONGEST = 200
"""Characters that are searched for; nothing we store is found by more."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing: its name, what tells it from others, where it is. ``exact``: the words are its very key."""

    title: str
    detail: str
    address: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one kind; ``all_address`` is the list that has the others, '' where there are none."""

    kind: str | Promise
    hits: list[Hit] = field(default_factory=list)
    all_address: str = ""


Provider = Callable[[str, Any], Iterable[Found]]
"""Words and the user who asks → what is found; nothing of a kind that this user may not view."""

_providers: list[Provider] = []


def declare(*providers: Provider) -> None:
    """Lets these search along, after those declared before."""
    _providers.extend(one for one in providers if one not in _providers)


def everywhere(words: str, user: Any) -> list[Found]:
    """What all providers find, kinds without a hit left out; nothing for no words or for more than ``LONGEST``."""
    words = " ".join(words.replace("\x00", "").split())
    if not words or len(words) > LONGEST:
        return []
    return [found for provider in _providers for found in provider(words, user) if found.hits]


def the_one(found: Iterable[Found]) -> str:
    """The address of the only thing whose key the words are; '' where there is none, or more than one."""
    exact = {hit.address for kind in found for hit in kind.hits if hit.exact}
    return exact.pop() if len(exact) == 1 else ""
