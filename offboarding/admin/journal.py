"""Admin of the journal: everything that happened, in words, newest first. It shows; nothing changes an entry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from offboarding import journal_words
from offboarding.admin import journal_facts
from offboarding.desk import OnlyVerbs
from offboarding.models import Agreement, Customer, JournalEntry
from offboarding.paging import BoundedPaginator

if TYPE_CHECKING:
    _JournalEntryAdmin = admin.ModelAdmin[JournalEntry]
else:
    _JournalEntryAdmin = admin.ModelAdmin

PAGE = 50
MOST_COUNTED = 20 * PAGE
"""Entries that the list counts and numbers pages for; older ones follow by their number (``?before=``)."""
Entries = QuerySet[JournalEntry]


class NewestPaginator(BoundedPaginator):
    """Twenty pages; the journal may have ten million rows."""

    most = MOST_COUNTED


class GroupFilter(admin.SimpleListFilter):
    """What the entries are about."""

    title = _("about")
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(journal_words.groups().items())

    def queryset(self, request: HttpRequest, queryset: Entries) -> Entries:
        chosen = self.value()
        if chosen is None:
            return queryset
        return queryset.filter(event__in=[code for code in journal_words.declared() if code.startswith(f"{chosen}.")])


class BeforeFilter(admin.SimpleListFilter):
    """Goes on where the pages end; shown only then."""

    title = _("older than entry")
    parameter_name = "before"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(self.value() or "", self.value())]

    def has_output(self) -> bool:
        return self._seq() is not None

    def queryset(self, request: HttpRequest, queryset: Entries) -> Entries:
        return queryset.filter(seq__lt=self._seq())

    def _seq(self) -> int | None:
        text = self.value() or ""
        return int(text) if text.isdecimal() and len(text) < 19 else None


class JournalList(ChangeList):
    """Fetches the names that a page shows in two queries."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = entries = self.prepare(list(self.result_list))
        paginator = self.paginator
        cut = isinstance(paginator, BoundedPaginator) and paginator.more and self.page_num >= paginator.num_pages
        self.older = self.get_query_string({"before": entries[-1].seq}, ["p"]) if entries and cut else ""

    def prepare(self, entries: list[JournalEntry]) -> list[JournalEntry]:
        """The entries with the names that their sentences have."""
        names = journal_words.contact_names(entries)
        wanted = {entry.agreement for entry in entries if entry.agreement}
        numbers = dict(Agreement.objects.filter(pk__in=wanted).values_list("pk", "number"))
        for entry in entries:
            entry.actor_shown = journal_words.who(entry, names)  # type: ignore[attr-defined]
            entry.number_shown = numbers.get(entry.agreement or 0, "")  # type: ignore[attr-defined]
        return entries


@admin.register(JournalEntry)
class JournalEntryAdmin(OnlyVerbs, _JournalEntryAdmin):
    """All entries, newest first."""

    many = _("journal entries")
    """What the list counts; the model's own plural names the whole journal."""
    list_display = ("when", "what", "by_whom", "reason", "of_agreement")
    list_display_links = ("what",)
    list_filter = (GroupFilter, BeforeFilter)
    list_per_page = PAGE
    list_max_show_all = PAGE
    show_full_result_count = False
    paginator = NewestPaginator
    sortable_by = ()
    actions = ()
    search_fields = ("agreement",)
    search_help_text = _("Agreement number, its reference, or tenant key – exactly")
    change_list_template = "admin/offboarding/journalentry/list.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return JournalList

    def get_search_results(self, request: HttpRequest, queryset: Entries, search_term: str) -> tuple[Entries, bool]:
        if term := search_term.strip():
            agreements = Agreement.objects.filter(Q(number=term) | Q(reference=term.upper()))
            customers = Customer.objects.filter(tenant_key=term)
            queryset = queryset.filter(
                Q(agreement__in=list(agreements.values_list("pk", flat=True)))
                | Q(customer__in=list(customers.values_list("pk", flat=True)))
            )
        return queryset, False

    @admin.display(description=_("when"))
    def when(self, entry: JournalEntry) -> str:
        return date_format(timezone.localtime(entry.at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("what"))
    def what(self, entry: JournalEntry) -> str:
        return journal_words.sentence(entry)

    @admin.display(description=_("who"))
    def by_whom(self, entry: JournalEntry) -> str:
        return getattr(entry, "actor_shown", None) or journal_words.who(entry)

    @admin.display(description=_("agreement"))
    def of_agreement(self, entry: JournalEntry) -> str:
        if entry.agreement is None:
            return "–"
        number = getattr(entry, "number_shown", None)
        if number is None:
            number = Agreement.objects.filter(pk=entry.agreement).values_list("number", flat=True).first()
        if not number:
            return f"#{entry.agreement}"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:offboarding_agreement_change", args=[entry.agreement]), number
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One entry: what happened, who did it and why, and its facts in words; GET only."""
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        entry = self.get_object(request, unquote(object_id))
        if entry is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": journal_words.sentence(entry),
            "entry": entry,
            "by_whom": self.by_whom(entry),
            "of_agreement": self.of_agreement(entry),
            "facts": list(journal_facts.in_words(entry)),
            "record": json.dumps(entry.facts, ensure_ascii=False, indent=1, sort_keys=True),
        }
        return TemplateResponse(request, "admin/offboarding/journalentry/change_form.html", context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
