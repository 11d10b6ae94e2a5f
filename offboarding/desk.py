"""What the screens of records share: they show; only verbs change, and nothing is deleted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from offboarding.paging import BoundedPaginator


class OnlyVerbs:
    """For a ``ModelAdmin`` whose rows are changed by verbs alone.

    An action that is posted without its permission is refused, where Django would only ignore it. Lists may be long:
    nothing counts all their rows.
    """

    paginator: ClassVar[Any] = BoundedPaginator
    show_full_result_count: ClassVar[bool] = False
    show_facets: ClassVar[Any] = ShowFacets.NEVER

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        chosen = request.POST.get("action", "")
        if chosen in self.actions and chosen not in self.get_actions(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        return super().changelist_view(request, extra_context)  # type: ignore[misc,no-any-return]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
