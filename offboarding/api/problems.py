"""What goes wrong, as ``application/problem+json`` (RFC 9457): a title, a sentence, and for fields their reasons."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

CONTENT_TYPE = "application/problem+json"


class Problem(serializers.Serializer):
    """The body of every answer that is no success."""

    type = serializers.CharField(help_text="about:blank: the status says what it is.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="One sentence in the language that Accept-Language asks for.")
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Field → reasons; “request” for what is about no single field.",
    )


class KeyMissing(exceptions.APIException):
    """A request that changes something has no usable ``Idempotency-Key``."""

    status_code = 400
    default_detail = gettext_lazy("Send an Idempotency-Key of 1 to 255 visible characters, e.g. a random UUID.")


class InFlight(exceptions.APIException):
    """The first request with this key is still at work."""

    status_code = 409
    default_detail = gettext_lazy("A request with this Idempotency-Key is at work; ask again in a moment.")


class OtherRequest(exceptions.APIException):
    """The key was used for something else."""

    status_code = 422
    default_detail = gettext_lazy("This Idempotency-Key belongs to another request; send a new one.")


class NoSuchPlace(APIView):
    """Every other address below ``/api/``."""

    authentication_classes = permission_classes = throttle_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise exceptions.NotFound


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler, with a verb's refusals as 400; None for what nobody foresaw."""
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(_by_field(error))
    response = exception_handler(error, context)
    if response is None:
        return None
    response.data = _problem(response.status_code, response.data)
    response.content_type = CONTENT_TYPE
    return response


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return error.message_dict
    return {NON_FIELD_ERRORS: error.messages}


def _problem(status: int, data: Any) -> dict[str, Any]:
    problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if isinstance(data, dict) and set(data) == {"detail"} and not isinstance(data["detail"], list):
        return problem | {"detail": str(data["detail"])}
    errors = dict(_flat("", data))
    return problem | {"detail": _("The request cannot be carried out as it stands."), "errors": errors}


def _flat(place: str, data: Any) -> Any:
    """``reach.categories.0`` → reasons."""
    if isinstance(data, dict):
        for name, inner in data.items():
            inside = [place] if place else []
            named = [] if name in (NON_FIELD_ERRORS, "non_field_errors") else [str(name)]
            yield from _flat(".".join(inside + named), inner)
    elif isinstance(data, list) and data and all(isinstance(one, str) for one in data):
        yield place or "request", [str(one) for one in data]
    elif isinstance(data, list):
        for number, inner in enumerate(data):
            yield from _flat(f"{place}.{number}" if place else str(number), inner)
    else:
        yield place or "request", [str(data)]
