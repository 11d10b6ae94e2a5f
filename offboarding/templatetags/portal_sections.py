"""Sections of the self-service page that upper packages add, as far as they are there."""

from __future__ import annotations

from django import template
from django.template import Context, engines

register = template.Library()


@register.simple_tag(takes_context=True)
def section(context: Context, name: str) -> str:
    """What the inclusion tag ``name`` of one of the libraries shows for ``visit``; '' while it does not exist."""
    library = {"portal_certificates": "portal_retention"}.get(name, name)
    engine = engines["django"].engine  # type: ignore[attr-defined]
    if library not in engine.libraries:
        return ""
    return str(engine.from_string(f"{{% load {library} %}}{{% {name} visit %}}").render(context))
