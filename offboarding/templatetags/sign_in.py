"""What the pages of the sign-in ask: is the desk open to this session, and what is this browser called."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils.translation import gettext as _

from offboarding import staff_access

register = template.Library()
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
           ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


@register.simple_tag(takes_context=True)
def desk_is_open(context: template.Context) -> bool:
    """Whether this session has shown its second factor, or need not."""
    request: Any = context.get("request")
    return request is not None and staff_access.is_proven(request)


@register.filter
def browser_name(agent: str) -> str:
    """``Firefox on Windows`` from the name that a browser gives itself."""
    browser = next((name for sign, name in BROWSERS if re.search(rf"\b{sign}\w*/", agent)), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")
