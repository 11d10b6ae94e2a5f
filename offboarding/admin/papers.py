"""For the page of a record that can be had as a paper: its addresses, who may have it, and the links to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from offboarding import paper_download
from offboarding.paper import Paper


class OffersPaper:
    """For a ``ModelAdmin``: GET with the permission to view the record. ``paper_kinds``: which forms there are."""

    paper_kinds: Sequence[str] = tuple(paper_download.DRAWN)

    def paper_of(self, record: Any, language: str) -> Paper:
        """The paper of a record; ``Http404`` where it has none."""
        raise NotImplementedError

    def paper_name(self, record: Any) -> str:
        """The beginning of its file's name: plain letters."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """``<pk>/paper/en.pdf`` and so on, before the record's other pages."""
        view = self.admin_site.admin_view(require_GET(self.paper_view))  # type: ignore[attr-defined]
        own = path("<int:pk>/paper/<str:language>.<str:kind>", view, name=f"{self._paper_url()}_paper")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def paper_view(self, request: HttpRequest, pk: int, language: str, kind: str) -> HttpResponse:
        """The paper, to keep."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        record = self.model._default_manager.filter(pk=pk).first()  # type: ignore[attr-defined]
        if record is None or kind not in self.paper_kinds:
            raise Http404
        make: Callable[[str], Paper] = lambda chosen: self.paper_of(record, chosen)  # noqa: E731
        return paper_download.answer(make, name=self.paper_name(record), language=language, kind=kind)

    def papers(self, record: Any) -> list[tuple[str, str]]:
        """(address, label) of every form, the reader's language first."""
        return [
            (reverse(f"admin:{self._paper_url()}_paper", args=[record.pk, language, kind]), label)
            for language, kind, label in paper_download.choices(get_language() or "")
            if kind in self.paper_kinds
        ]

    def _paper_url(self) -> str:
        return str(self.opts.label_lower).replace(".", "_")  # type: ignore[attr-defined]
