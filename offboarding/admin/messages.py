"""Messages: the queue for a person, one message's page, its original as a download, and the form that settles it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, Value, When
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from offboarding import messages as originals_of
from offboarding import uploads
from offboarding.admin.message_forms import BringForm, SettleMessageForm, this_minute
from offboarding.admin.message_page import page_of
from offboarding.desk import OnlyVerbs
from offboarding.message_words import remarks
from offboarding.models import StoredMessage

if TYPE_CHECKING:
    _MessageAdmin = admin.ModelAdmin[StoredMessage]
else:
    _MessageAdmin = admin.ModelAdmin

State = StoredMessage.State
DONE = {
    "notice": gettext_lazy("The message is recorded as a notice and waits for a decision."),
    "attached": gettext_lazy("The message is put to the case."),
    "dismissed": gettext_lazy("The message is settled; it stays here."),
}
FOLDER = "admin/offboarding/storedmessage"


def _staff(request: HttpRequest) -> User:
    return cast(User, request.user)


@admin.register(StoredMessage)
class StoredMessageAdmin(OnlyVerbs, _MessageAdmin):
    """What came in: those that wait for a person first."""

    list_display = ("subject_shown", "state_shown", "case_shown", "received_shown")
    list_display_links = ("subject_shown",)
    list_filter = ("state", "source", "received_at")
    list_select_related = ("customer", "agreement", "duplicate_of")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("subject", "sender", "message_id", "customer__name", "agreement__number", "=sha256")
    search_help_text = gettext_lazy("Subject, sender, Message-ID, customer, agreement or SHA-256")
    actions = ()
    change_list_template = f"{FOLDER}/list.html"

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        return (Case(When(state=State.PROBLEM, then=Value(0)), default=Value(1)), "-received_at", "-pk")

    @admin.display(description=gettext_lazy("message"), ordering="subject")
    def subject_shown(self, message: StoredMessage) -> str:
        return render_to_string(f"{FOLDER}/summary.html", {"message": message, "attachments": message.attachments[:3]})

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, message: StoredMessage) -> str:
        return render_to_string(f"{FOLDER}/cell.html", {"message": message, "remarks": _shown_remarks(message)})

    @admin.display(description=gettext_lazy("customer and agreement"), ordering="customer__name")
    def case_shown(self, message: StoredMessage) -> str:
        return format_html("{}<small>{}</small>", message.customer or "", message.agreement or "")

    @admin.display(description=gettext_lazy("received"), ordering="received_at")
    def received_shown(self, message: StoredMessage) -> str:
        when = date_format(timezone.localtime(message.received_at), "SHORT_DATETIME_FORMAT")
        return format_html("{}<small>{}</small>", when, message.get_source_display())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("offboarding.record_terminationnotice")

    def get_urls(self) -> list[URLPattern]:
        def named(verb: str, view: Callable[..., HttpResponse]) -> URLPattern:
            name = f"offboarding_storedmessage_{verb}"
            return path(f"<int:pk>/{verb}/", self.admin_site.admin_view(view), name=name)

        own = [named("original", require_POST(self.original_view)), named("settle", self.settle_view)]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One message: why it waits, its headers, its text as text, its attachments by name."""
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        message = self._message(object_id)
        title = message.subject or _("Message %(number)d") % {"number": message.pk}
        context = {"title": title, **page_of(message, _staff(request))}
        return self._page(request, "detail.html", context)

    def original_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The original, always a download that no browser shows or runs; who took it stands in the journal."""
        message = self._message(str(pk))
        name = f"message-{message.pk}.{message.storage_name.rpartition('.')[2]}"
        try:
            content = originals_of.read(message, by=_staff(request))
        except OSError as error:
            messages.error(request, _("The original cannot be read: %(error)s") % {"error": error})
            return HttpResponseRedirect(self._address(message))
        answer = FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream")
        answer["X-Content-Type-Options"] = "nosniff"
        answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return cast(HttpResponse, answer)

    def settle_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form that settles a message; the verb decides."""
        message = self._message(str(pk))
        if not request.user.has_perm("offboarding.settle_storedmessage"):
            raise PermissionDenied
        form = SettleMessageForm(message, request.POST or None)
        if request.method == "POST" and form.is_valid():
            data = dict(form.cleaned_data)
            outcome = data.pop("outcome")
            if outcome == "dismissed":
                data["agreement"] = None
            try:
                originals_of.settle(message, by=_staff(request), as_notice=outcome == "notice", **data)
            except ValidationError as error:
                form.refuse(error)
            else:
                messages.success(request, str(DONE[outcome]))
                return HttpResponseRedirect(self._address(message))
        context = {"title": _("Settle message %(number)d") % {"number": pk}, "form": form, "message": message}
        return self._page(request, "settle.html", context | {"remarks": _shown_remarks(message)})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form to bring a file; the verb decides."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = BringForm(request.POST or None, request.FILES or None, initial={"received_at": this_minute()})
        if request.method == "POST" and form.is_valid():
            file, data = form.cleaned_data["file"], form.cleaned_data
            try:
                message = uploads.bring(
                    file.read(), file_name=file.name, received_at=data["received_at"],
                    by=_staff(request), because=data["because"],
                )  # fmt: skip
            except ValidationError as error:
                form.refuse(error)
            else:
                messages.success(request, _("The file is stored; this page shows what it got."))
                return HttpResponseRedirect(self._address(message))
        return self._page(request, "bring.html", {"title": _("Bring a mail or a scan"), "form": form})

    def _message(self, pk: str) -> StoredMessage:
        related = ("customer", "agreement", "duplicate_of", "settled_by")
        found = (
            StoredMessage.objects.select_related(*related).filter(pk=pk) if pk.isdecimal() and len(pk) < 19 else None
        )
        message = found.first() if found is not None else None
        if message is None:
            raise Http404
        return message

    def _address(self, message: StoredMessage) -> str:
        return reverse("admin:offboarding_storedmessage_change", args=[message.pk])

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
        own = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        if "form" in own:
            own["media"] = own["form"].media
        return TemplateResponse(request, f"{FOLDER}/{template}", own)


def _shown_remarks(message: StoredMessage) -> list[Any]:
    """In the list only what stops a message that waits."""
    found = remarks(message.problems)
    return [one for one in found if one.stops] if message.state == State.PROBLEM else []
