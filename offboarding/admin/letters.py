"""Letters: what was written to whom, word for word, and what became of it; the buttons call the verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offboarding import letters
from offboarding.admin.case_forms import BecauseField
from offboarding.desk import OnlyVerbs, as_it_stands
from offboarding.models import Letter
from offboarding.search_people import find_written

if TYPE_CHECKING:
    _LetterAdmin = admin.ModelAdmin[Letter]
else:
    _LetterAdmin = admin.ModelAdmin

FOLDER = "admin/offboarding/letter"
HEAVY = ("html", "calendar", "text")
"""Columns that only the page of one letter reads."""


class SettleLetterForm(forms.Form):
    """What became of a letter that nobody knows about."""

    arrived = forms.ChoiceField(
        label=gettext_lazy("What became of it?"),
        choices=[
            ("yes", gettext_lazy("It arrived.")),
            ("no", gettext_lazy("It did not arrive: it can then be sent again.")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one.")},
    )
    because = BecauseField(label=gettext_lazy("How do you know?"))


class ArrivalFilter(admin.SimpleListFilter):
    """Letters that a person has to look at."""

    title = gettext_lazy("needs a person")
    parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("did not arrive, or nobody knows"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Letter]) -> QuerySet[Letter]:
        return queryset.filter(state__in=letters.UNDELIVERED) if self.value() == "yes" else queryset


@admin.register(Letter)
class LetterAdmin(OnlyVerbs, _LetterAdmin):
    """The outbox; nothing here writes a letter, and nothing deletes one."""

    list_display = ("occasion_shown", "to_shown", "state_shown", "when_shown")
    list_display_links = ("occasion_shown",)
    list_filter = (ArrivalFilter, "state", "occasion")
    list_select_related = ("customer", "agreement", "contact")
    list_per_page = 50
    search_fields = ("message_id",)  # shows the field; ``get_search_results`` searches
    search_help_text = gettext_lazy("A contact's name or address, customer, agreement number, reference or Message-ID")
    actions = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Letter], search_term: str
    ) -> tuple[QuerySet[Letter], bool]:
        return find_written(queryset, search_term), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Letter]:
        return super().get_queryset(request).defer(*HEAVY)

    @admin.display(description=gettext_lazy("letter"), ordering="occasion")
    def occasion_shown(self, letter: Letter) -> str:
        return format_html(
            "{}<small>{} · {}</small>",
            capfirst(letter.get_occasion_display()), letter.customer, letter.agreement or "–",
        )  # fmt: skip

    @admin.display(description=gettext_lazy("to"), ordering="address")
    def to_shown(self, letter: Letter) -> str:
        name = letter.contact.name if letter.contact else ""
        return format_html("<bdi>{}</bdi><small>{}</small>", letter.address, name)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, letter: Letter) -> str:
        badge = format_html('<span class="state state-{}">{}</span>', letter.state, letter.get_state_display())
        error = Truncator(letter.error).chars(160)
        return format_html('{} <small class="wrong">{}</small>', badge, error) if error else badge

    @admin.display(description=gettext_lazy("sent"), ordering="sent_at")
    def when_shown(self, letter: Letter) -> str:
        if letter.sent_at:
            return _short(letter.sent_at)
        if letter.state != Letter.State.QUEUED:
            return "–"
        return format_html("<small>{}</small>", _("due %(moment)s") % {"moment": _short(letter.due_at)})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        def named(verb: str, view: Callable[..., HttpResponse]) -> URLPattern:
            name = f"offboarding_letter_{verb}"
            return path(f"<int:pk>/{verb}/", self.admin_site.admin_view(view), name=name)

        return [named("resend", self.resend_view), named("settle", self.settle_view), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One letter: its words, its calendar, what became of it."""
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        letter = self._letter(object_id)
        may = request.user.has_perm("offboarding.resend_letter")
        context = {
            "title": str(letter),
            "letter": letter,
            "may_resend": may and letter.state in letters.RESENDABLE,
            "may_settle": may and letter.state in letters.UNDELIVERED,
            "may_see_agreement": letter.agreement_id and request.user.has_perm("offboarding.view_agreement"),
        }
        return self._page(request, "detail.html", context)

    def resend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Says what would be written to whom; POST writes the letter once more, and the verb decides."""
        letter = self._letter(str(pk))
        if not request.user.has_perm("offboarding.resend_letter"):
            raise PermissionDenied
        if request.method != "POST":
            if letter.state not in letters.RESENDABLE:
                return as_it_stands(request, self._address(letter), _("Send the letter again"))
            return self._page(request, "resend.html", {"title": _("Send the letter again"), "letter": letter})
        try:
            fresh = letters.resend(letter, by=cast(User, request.user))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(self._address(letter))
        messages.success(request, _("The letter is written once more; this page shows when it has gone out."))
        return HttpResponseRedirect(self._address(fresh))

    def settle_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form that says what became of a letter; the verb decides."""
        letter = self._letter(str(pk))
        if not request.user.has_perm("offboarding.resend_letter"):
            raise PermissionDenied
        if request.method != "POST" and letter.state not in letters.UNDELIVERED:
            return as_it_stands(request, self._address(letter), _("What became of the letter?"))
        form = SettleLetterForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            arrived, because = form.cleaned_data["arrived"] == "yes", form.cleaned_data["because"]
            try:
                letters.settle(letter, by=cast(User, request.user), arrived=arrived, because=because)
            except ValidationError as error:
                for name, texts in error.message_dict.items():
                    form.add_error(name if name in form.fields else None, texts)
            else:
                messages.success(request, _("It stands in the journal what became of the letter."))
                return HttpResponseRedirect(self._address(letter))
        context = {"title": _("What became of the letter?"), "form": form, "letter": letter}
        return self._page(request, "settle.html", context)

    def _letter(self, pk: str) -> Letter:
        found = Letter.objects.select_related("customer", "agreement", "contact")
        letter = found.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None
        if letter is None:
            raise Http404
        return letter

    def _address(self, letter: Letter) -> str:
        return reverse("admin:offboarding_letter_change", args=[letter.pk])

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
        own = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"{FOLDER}/{template}", own)


def _short(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
