"""What this package adds to the screens below it (DESIGN §4): an agreement's panel, and the pause for every page."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from offboarding.models import Agreement
from retention.actor_words import in_words as actor_in_words
from retention.admin import case_panel
from retention.models import Pause

register = template.Library()


@register.inclusion_tag("admin/retention/panel.html", takes_context=True)
def retention_panel(context: dict[str, Any], agreement: Agreement) -> dict[str, Any]:
    """What keeps the customer's data, how far its deletion has come, what stands against it, the next step."""
    return case_panel.of(agreement, context["request"].user)


@register.inclusion_tag("admin/retention/pause.html", takes_context=True)
def deletion_pause(context: dict[str, Any]) -> dict[str, Any]:
    """Says that all deletion is paused, to those who may look at anything of it."""
    user = context["request"].user
    pause = Pause.objects.in_force().first() if user.has_module_perms("retention") else None
    if pause is None:
        return {}
    return {
        "pause": pause,
        "who": actor_in_words(pause.placed_by),
        "may_resume": user.has_perm("retention.set_pause"),
        "address": reverse("admin:retention_pause_resume", args=[pause.pk]),
    }
