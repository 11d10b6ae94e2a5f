"""What the screens of records share: they show; only verbs change, and nothing is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import AllValuesFieldListFilter, ShowFacets
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from offboarding.paging import BoundedPaginator

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class InJournal:
    """For a ``ModelAdmin`` whose records have their history in the journal, not in Django's log of the admin."""

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        record = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if record is None:
            raise Http404
        if not self.has_view_permission(request, record):  # type: ignore[attr-defined]
            raise PermissionDenied
        address, tenant = reverse("admin:offboarding_journalentry_changelist"), _tenant_of(record)
        return HttpResponseRedirect(f"{address}?{urlencode({'q': tenant})}" if tenant else address)


def _tenant_of(record: Any) -> str:
    """The key of the tenant that a record is about; '' where it is about none, or about all."""
    about = record
    for name in ("agreement", "customer"):
        about = getattr(about, name, None) or about
    return str(getattr(about, "tenant_key", ""))


class OnlyVerbs(InJournal):
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


class SeveralValues(AllValuesFieldListFilter):
    """What rows say, where they do not all say the same."""

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1


def as_it_stands(request: HttpRequest, address: str, act: StrOrPromise) -> HttpResponseRedirect:
    """To the record's own page, where the form of ``act`` would lead to nothing."""
    messages.warning(request, _("“%(act)s” is not possible as things stand now. This page shows them.") % {"act": act})
    return HttpResponseRedirect(address)
