"""What every answer tells the browser beside the content policy: who may embed it, which devices it never asks for."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

NEVER = (
    "camera",
    "microphone",
    "geolocation",
    "payment",
    "usb",
    "midi",
    "serial",
    "display-capture",
    "browsing-topics",
)
HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{device}=()" for device in NEVER),
}
"""Opener policy and referrer policy are Django's own settings; passkeys stay allowed for ourselves."""


class SafeHeaders:
    """Middleware: adds ``HEADERS`` where a view has not said otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response
