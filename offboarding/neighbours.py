"""The apps beside this one, which it may not import by name: what they bring along is found by a module's name."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from django.apps import AppConfig, apps
from django.conf import settings


def modules(name: str) -> Iterator[tuple[AppConfig, ModuleType]]:
    """``modules("roles")``: each of our apps that has a module of that name, this one first, with the module."""
    for app in apps.get_app_configs():
        ours = Path(app.path).parent == Path(settings.BASE_DIR)
        if ours and find_spec(f"{app.name}.{name}") is not None:
            yield app, import_module(f"{app.name}.{name}")
