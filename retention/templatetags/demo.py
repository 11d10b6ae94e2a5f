"""The strip above every page of the demo; outside the demo it is nothing at all."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.template import Context

from offboarding import clock
from offboarding.rule_words import day_in_words

register = template.Library()


@register.inclusion_tag("demo/banner.html", takes_context=True)
def demo_banner(context: Context) -> dict[str, Any]:
    """Who one is, what day it is, and the way back to the demo's start page."""
    if not settings.DEBUG:
        return {}
    from retention.sample import demo_state

    if not demo_state.is_demo():
        return {}
    user = getattr(context.get("request"), "user", None)
    role = user.groups.first() if user is not None and user.is_authenticated else None
    return {"demo": True, "who": user, "role": role, "today": day_in_words(clock.today())}
