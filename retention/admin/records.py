"""What the screens of deletion share: a list, a page of one record, and forms of verbs. Nothing else acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from offboarding.admin.case_pages import linked
from offboarding.admin.case_verbs import CaseVerb, OpensForms, buttons, page_of
from offboarding.desk import OnlyVerbs
from offboarding.models import Agreement, Customer

MOST_FOUND = 20
LARGEST_NUMBER_OF_A_ROW = 19
Subject = Agreement | Customer | None
DeletionVerb = partial(CaseVerb, app="retention", rehearsed=False, template="admin/retention/act.html")
"""A verb of this package; what follows from it is told by ``outcomes`` or its own template."""


def list_of(model: type[Model]) -> str:
    """The address of the list of a kind of records."""
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")


def begin(model: type[Model], **about: int) -> str:
    """The address of the form that makes a record: ``begin(LegalHold, agreement=7)``."""
    query = "&".join(f"{name}={number}" for name, number in about.items())
    address = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_add")
    return f"{address}?{query}" if query else address


@contextmanager
def storage_answers() -> Iterator[None]:
    """A storage that does not answer is told on the form; nothing has been done then."""
    try:
        yield
    except OSError as error:
        text = _("A storage does not answer, and nothing has been done: %(error)s")
        raise ValidationError(text % {"error": error}) from error


def customer_of(subject: Subject) -> Customer | None:
    """The customer that a form is about; None where it is about every customer."""
    return subject.customer if isinstance(subject, Agreement) else subject


class StateFilter(admin.ChoicesFieldListFilter):
    """States in words of our own: ``words`` has them where the model's are another's."""

    words: ClassVar[dict[str, Any]] = {}

    def choices(self, changelist: Any) -> Iterator[Any]:
        words = {str(label): self.words.get(state, label) for state, label in self.field.flatchoices}
        for choice in super().choices(changelist):
            yield {**choice, "display": words.get(str(choice["display"]), choice["display"])}


class DeletionRecords(OpensForms, OnlyVerbs):
    """For a ``ModelAdmin`` of one kind of record. ``begins``: the verb that makes one, with a form of its own."""

    begins: CaseVerb | None = None
    about_one = True
    """Whether a record is made about an agreement or a customer, which is chosen first."""
    page_template = "admin/retention/record.html"
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.begins is not None and self.begins.allowed(request.user)

    # The page of one --------------------------------------------------------------------------------------------------

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
            "title": f"{capfirst(self.opts.verbose_name)} {record}",  # type: ignore[attr-defined]
            "record": record,
            "buttons": buttons(self.verbs, request.user, record),
            "customer_link": self.customer_link(record, request.user),
            **self.context(record, request.user),
        }
        return self.page(request, self.page_template, context)

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> TemplateResponse:
        """One of our pages inside the admin's frame."""
        frame = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "opts": self.opts,  # type: ignore[attr-defined]
            "list_address": list_of(self.model),  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, template, {**frame, **context})

    def context(self, record: Any, user: Any) -> dict[str, Any]:
        """What the page of one record says beside its buttons."""
        return {}

    def named(self, record: Any) -> str:
        """What a form's page calls the record."""
        return f"#{record.pk}"

    def customer_behind(self, record: Any) -> Customer | None:
        """The customer that a record is about; None where it is about every one."""
        return cast(Customer | None, getattr(record, "customer", None))

    def customer_link(self, record: Any, user: Any) -> Any:
        """The agreement or the customer that the record is about, as a link for those who may look at it."""
        subject = getattr(record, "agreement", None) or getattr(record, "customer", None)
        return linked(subject, user) if subject is not None else ""

    # Its forms --------------------------------------------------------------------------------------------------------

    def about(self, record: Any) -> dict[str, Any]:
        own = isinstance(record, self.model)  # type: ignore[attr-defined]
        back = page_of(record) if record is not None else list_of(self.model)  # type: ignore[attr-defined]
        name = "" if record is None else self.named(record) if own else str(record)
        return {
            "record_words": f"{capfirst(record._meta.verbose_name)} {name}" if own else "",
            "home": name,
            "homes": capfirst(self.opts.verbose_name_plural),  # type: ignore[attr-defined]
            "homes_address": list_of(self.model),  # type: ignore[attr-defined]
            "back": back,
            "subject": self.customer_behind(record) if own else customer_of(record),
        }

    def after(self, record: Any, made: Any) -> str:
        return page_of(made if isinstance(made, self.model) else record)  # type: ignore[attr-defined]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form that makes a record; the verb decides."""
        verb = self.begins
        if verb is None or not verb.allowed(request.user):
            raise PermissionDenied
        subject = _subject(request)
        if subject is None and self.about_one:
            return self._choose(request, verb)
        if request.method == "POST":
            return self._acted(request, verb, subject)
        return self._asked(request, verb, subject, verb.form(subject))

    def _choose(self, request: HttpRequest, verb: CaseVerb) -> HttpResponse:
        """Whom it is about, found by a few words."""
        words, found = request.GET.get("q", "").strip(), []
        if words and request.user.has_perm("offboarding.view_agreement"):
            agreements = cast(Any, Agreement.objects).found_by(words).select_related("customer")
            found = [(one, begin(self.model, agreement=one.pk)) for one in agreements[:MOST_FOUND]]  # type: ignore[attr-defined]
        context = {"title": verb.label, "verb": verb, "words": words, "found": found}
        return self.page(request, "admin/retention/choose.html", context)


def _subject(request: HttpRequest) -> Subject:
    """``?agreement=7`` or ``?customer=5``; None where neither is named. Http404 for one that does not exist."""
    models: dict[str, Callable[[int], Any]] = {
        "agreement": lambda pk: Agreement.objects.select_related("customer").filter(pk=pk).first(),
        "customer": lambda pk: Customer.objects.filter(pk=pk).first(),
    }
    for name, find in models.items():
        if asked := request.GET.get(name, ""):
            usable = asked.isdecimal() and len(asked) < LARGEST_NUMBER_OF_A_ROW
            if found := find(int(asked)) if usable else None:
                return cast(Subject, found)
            raise Http404
    return None
