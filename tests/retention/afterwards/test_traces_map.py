"""Every column of ours that can hold words is decided about."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from retention.traces_map import TRACES, Way


def _can_hold_words(field: models.Field) -> bool:
    if isinstance(field, models.BinaryField | models.FileField | models.JSONField) or "Pickle" in type(field).__name__:
        return True
    return isinstance(field, models.CharField | models.TextField) and not field.choices


def _columns() -> dict[str, set[str]]:
    found = {}
    for model in apps.get_models():
        names = {field.name for field in model._meta.concrete_fields if _can_hold_words(field)}
        if names and not model._meta.proxy:
            found[model._meta.label] = names
    return found


def test_every_column_is_decided_about_and_none_that_is_not_there():
    assert {label: set(names) for label, names in TRACES.items()} == _columns()


def test_every_decision_says_why():
    assert all(len(decision.why) > 10 for names in TRACES.values() for decision in names.values())


def test_a_digest_fits_into_its_column():
    for label, names in TRACES.items():
        for name, decision in names.items():
            most = getattr(apps.get_model(label)._meta.get_field(name), "max_length", None)
            assert decision.way is not Way.DIGEST or most is None or most >= len("SHA-256 ") + 64
