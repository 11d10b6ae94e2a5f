"""A reason that a person has to give: what many decisions ask for."""

from __future__ import annotations

from django.core.exceptions import ValidationError


def stated(because: str, ask: str, *, field: str = "because") -> str:
    """The reason without blanks around it; a ValidationError that asks for it where there is none."""
    if not because.strip():
        raise ValidationError({field: ask})
    return because.strip()
