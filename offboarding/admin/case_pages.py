"""A record of a case as a page: what it says, with links to what it is about, and buttons to its forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import yesno
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from offboarding.admin.case_verbs import OpensForms, buttons, home_of, page_of
from offboarding.desk import OnlyVerbs
from offboarding.journal_words import who
from offboarding.models import JournalEntry

ACTORS = ("received_by", "objection_by")
"""Fields that hold an ``Actor``."""


def linked(record: Model, user: Any) -> SafeString | str:
    """A record as a link to its page, for those who may look at it; else its name."""
    meta = record._meta
    if user.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
        try:
            address = reverse(f"admin:{meta.label_lower.replace('.', '_')}_change", args=[record.pk])
        except NoReverseMatch:
            return str(record)
        return format_html('<a href="{}">{}</a>', address, record)
    return str(record)


class ShowsRecord(OpensForms, OnlyVerbs):
    """For a ``ModelAdmin`` of records that verbs alone change. ``shown``: the fields of the page, in order."""

    shown: Sequence[str] = ()
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One record; GET only."""
        if request.method != "GET" or not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        if not object_id.isdecimal():
            raise Http404
        record = self._record(int(object_id))
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "opts": self.opts,  # type: ignore[attr-defined]
            "title": f"{capfirst(self.opts.verbose_name)} · {self.named(record)}",  # type: ignore[attr-defined]
            "here": self.named(record),
            "home": home_of(record),
            "back": page_of(home_of(record)),
            "list_address": reverse(f"admin:{self.opts.label_lower.replace('.', '_')}_changelist"),  # type: ignore[attr-defined]
            "buttons": buttons(self.verbs, request.user, record),
            "rows": list(self._rows(record, request.user)),
            **self.more_of(record),
        }
        return TemplateResponse(request, "admin/offboarding/agreement/record.html", context)

    def named(self, record: Any) -> str:
        """What the title and the path call it: what it is about, where the record has no name."""
        return str(home_of(record))

    def more_of(self, record: Any) -> dict[str, Any]:
        """What a page shows beside its fields."""
        return {}

    def show(self, record: Any, name: str) -> Any:
        """The value of a field as a person reads it."""
        display = getattr(record, f"get_{name}_display", None)
        value = display() if display else getattr(record, name)
        if isinstance(value, bool):
            return yesno(value)
        if name in ACTORS:
            return who(JournalEntry(actor=value))
        return timezone.localtime(value) if isinstance(value, datetime) else value

    def _rows(self, record: Any, user: Any) -> Iterable[tuple[str, Any]]:
        for name in self.shown:
            value = self.show(record, name)
            if value in (None, ""):
                continue
            try:
                label = capfirst(record._meta.get_field(name).verbose_name)
            except FieldDoesNotExist:
                label = name
            yield label, linked(value, user) if isinstance(value, Model) else localize(value)
