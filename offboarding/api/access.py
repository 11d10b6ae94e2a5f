"""Who may use the API: a token's owner, or staff in a session with a second factor; and how often."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from offboarding import staff_access


class StaffSession(SessionAuthentication):
    """The session of staff that has shown its second factor; a customer's session is none here."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        found: tuple[User, None] | None = super().authenticate(request)
        if found is not None and not staff_access.is_proven(request._request):
            raise AuthenticationFailed(_("Use a token, or sign in as staff with your second factor."))
        return found


class MayLook(BasePermission):
    """Asks for the view's ``looks_with``, a permission to look at its records; the verbs ask for more."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_authenticated and request.user.has_perm(view.looks_with))


class AlwaysJson(BaseContentNegotiation):
    """Whatever a client says it accepts: there is one form of each answer."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        wanted = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class Requests(UserRateThrottle):
    """All requests of one user, counted in the cache that every process shares."""

    scope = "api"

    def get_rate(self) -> str:
        return f"{settings.API_PER_MINUTE}/min"


class Writes(UserRateThrottle):
    """Requests that change something."""

    scope = "api-writes"

    def get_rate(self) -> str:
        return f"{settings.API_WRITES_PER_MINUTE}/min"

    def allow_request(self, request: Request, view: Any) -> bool:
        return request.method in ("GET", "HEAD", "OPTIONS") or super().allow_request(request, view)
