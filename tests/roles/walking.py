"""Every address and every action that exists, found where Django keeps them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

METHODS = {"get": "GET", "post": "POST"}


def addresses() -> dict[str, Any]:
    """Name (``admin:…`` and all) → its pattern; what has no name goes by its route."""
    from django.urls import get_resolver

    return dict(_walk(get_resolver(), "", ""))


def _walk(resolver: Any, route: str, space: str) -> Iterator[tuple[str, Any]]:
    for one in resolver.url_patterns:
        here = route + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _walk(one, here, f"{space}{one.namespace}:" if one.namespace else space)
        elif one.name or not here.startswith("admin/"):  # Django's own nameless ones lead on, or nowhere
            yield (f"{space}{one.name}" if one.name else here), one


def methods_of(pattern: Any) -> tuple[str, ...]:
    """The methods of a resource of the API; every other view is tried with both."""
    actions = getattr(pattern.callback, "actions", None)
    return tuple(sorted(METHODS[name] for name in actions if name in METHODS)) if actions else ("GET", "POST")


def list_actions() -> dict[str, Any]:
    """``action:app.model.name`` → the model's admin: what can be done with rows chosen in a list."""
    from django.contrib import admin

    return {
        f"action:{model._meta.label_lower}.{name}": screen
        for model, screen in admin.site._registry.items()
        for name, _text in [(one if isinstance(one, str) else one.__name__, "") for one in screen.actions or ()]
    }


def commands() -> set[str]:
    """The commands of our own packages."""
    from django.core.management import get_commands

    return {name for name, app in get_commands().items() if app in ("offboarding", "exports", "retention")}
