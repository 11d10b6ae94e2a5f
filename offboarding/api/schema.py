"""How the API describes itself (OpenAPI 3): what ``drf_spectacular`` cannot know by itself."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from offboarding.api.once import HEADER, LONGEST
from offboarding.api.problems import CONTENT_TYPE, Problem

READING = {400: "Malformed.", 401: "No valid token.", 403: "No permission.", 404: "Not there.", 429: "Too often."}
WRITING = {409: "The first request with this key is at work.", 422: "The key belongs to another request."}


class Operation(AutoSchema):
    """One operation: its header for acting once, and the problems it may answer with."""

    def get_override_parameters(self) -> list[Any]:
        if self.method != "POST":
            return []
        return [
            OpenApiParameter(
                HEADER,
                {"type": "string", "minLength": 1, "maxLength": LONGEST},
                OpenApiParameter.HEADER,
                required=True,
                description="New for each thing that is to happen; the same again when the answer got lost.",
            )
        ]

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        possible = READING | (WRITING if self.method == "POST" else {})
        for status, words in possible.items():
            if "{" in self.path or status != 404:
                told = OpenApiResponse(Problem, description=words)
                bodies[str(status)] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                    told, str(status), [CONTENT_TYPE], direction
                )
        return bodies


class StaffSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The session cookie of the desk."""

    target_class = "offboarding.api.access.StaffSession"
    name = "staffSession"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
