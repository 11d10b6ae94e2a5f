"""The page for staff that tells what each role may do, in the words of the packages' own tables."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from offboarding import neighbours
from offboarding.admin.people import permission_text
from offboarding.roles import NAMES, WHO, Grant, Role


@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Each role with what it may do, package by package, and which of the roles the visitor has."""
    assert isinstance(request.user, User)
    mine = set(request.user.groups.values_list("name", flat=True))
    texts = {(found.content_type.app_label, found.codename): permission_text(found) for found in _all()}
    context = {
        **admin.site.each_context(request),
        "title": _("What each role may do"),
        "roles": [
            {"name": _(NAMES[role]), "who": _(WHO[role]), "mine": role.value in mine, "grants": _grants(role, texts)}
            for role in Role
        ],
    }
    return TemplateResponse(request, "admin/roles.html", context)


def _all() -> Any:
    return Permission.objects.select_related("content_type")


def _grants(role: Role, texts: dict[tuple[str, str], str]) -> list[dict[str, Any]]:
    return [
        {"why": _(grant.why), "permissions": _in_words(app.label, grant, texts)}
        for app, module in neighbours.modules("roles")
        for grant in module.ROLES[role]
    ]


def _in_words(app: str, grant: Grant, texts: dict[tuple[str, str], str]) -> list[str]:
    return [texts.get((app, name), name) for name in grant.permissions]
