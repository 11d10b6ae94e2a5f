"""The API's description as a page for people, from the schema itself: no script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Every operation with its parameters, body and answers."""
    context = {
        **admin.site.each_context(request),
        "title": _("Interface for integrations"),
        "groups": described(get_language() or ""),
    }
    return TemplateResponse(request, "admin/api.html", context)


@lru_cache(maxsize=4)
def described(language: str) -> list[dict[str, Any]]:
    """The operations by resource; ``language``: the active one, in which names and help texts are made."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    groups: dict[str, list[dict[str, Any]]] = {}
    for place, methods in schema["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(_operation(schema, place, method, operation))
    return [{"name": name, "operations": operations} for name, operations in groups.items()]


def _operation(schema: dict[str, Any], place: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers = operation["responses"]
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "place": place,
        "text": operation.get("description", ""),
        "parameters": [
            {"name": one["name"], "type": _type(one["schema"]), "required": one.get("required", False),
             "text": one.get("description", "")}
            for one in operation.get("parameters", [])
        ],
        "body": list(_fields(schema, body)) if body else [],
        "answer": list(_answer(schema, answers)),
        "problems": [
            {"status": status, "text": told.get("description", "")} for status, told in answers.items() if status >= "4"
        ],
    }  # fmt: skip


def _answer(schema: dict[str, Any], answers: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for status, told in answers.items():
        found = told.get("content", {}).get("application/json", {}).get("schema") if status < "3" else None
        if found:
            found = _resolved(schema, found)
            results = found.get("properties", {}).get("results", found)
            yield from _fields(schema, results.get("items", results))


def _fields(schema: dict[str, Any], found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    shape = _resolved(schema, found)
    for name, told in shape.get("properties", {}).items():
        yield {
            "name": name,
            "type": _type(told),
            "required": name in shape.get("required", []),
            "text": told.get("description", ""),
        }


def _resolved(schema: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    named: str = found.get("$ref", "")
    return schema["components"]["schemas"][named.rpartition("/")[2]] if named else found


def _type(told: dict[str, Any]) -> str:
    """``string (date)``, ``list of integer``, or the name of a component."""
    for one in (told, *told.get("allOf", ()), *told.get("oneOf", ())):
        if "$ref" in one:
            return str(one["$ref"]).rpartition("/")[2]
    if told.get("type") == "array":
        return _("list of %(what)s") % {"what": _type(told.get("items", {}))}
    kind, detail = str(told.get("type", "")), told.get("format", "")
    return f"{kind} ({detail})" if detail else kind
