"""What every page for customers shows around its content: a context processor, for other packages' pages too."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """``vendor``, ``notice_address`` and ``portal_languages``: pairs of code and the language's own name."""
    return {
        "vendor": settings.VENDOR_NAME,
        "notice_address": settings.NOTICE_ADDRESS,
        "portal_languages": _LANGUAGES,
    }


_LANGUAGES = [
    (code, str(translation.get_language_info(code)["name_local"]).capitalize()) for code, _name in settings.LANGUAGES
]
