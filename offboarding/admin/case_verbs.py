"""A form for each verb, once: the page says what would follow, POST acts, GET never.

A screen declares its verbs in a table; this file makes of each a page with the consequences spelled out, a button that
shows where permission and state allow it, and the answer of the verb, which alone decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import capfirst

from offboarding.admin.case_forms import CaseForm
from offboarding.admin.rehearsal import Outcome, rehearse
from offboarding.desk import as_it_stands
from offboarding.models import Agreement, Contact, Customer

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Data = dict[str, Any]
LARGEST_NUMBER_OF_A_ROW = 19


@dataclass(frozen=True, slots=True)
class Button:
    """A way to a form."""

    label: StrOrPromise
    address: str
    danger: bool = False


@dataclass(frozen=True, slots=True)
class CaseVerb:
    """One verb as screens offer it. ``record`` is what it changes: an agreement, or something of one.

    ``call(record, by, data)`` is the verb, with the form's data; ``possible(record)`` says where a button makes sense.
    ``ways(record)``: titles and data of each way to decide, whose consequences are shown side by side.
    ``outcomes(record, by, data)``: consequences of its own, beside what a rehearsal shows.
    """

    name: str
    permission: str
    label: StrOrPromise
    form: type[CaseForm]
    call: Callable[[Any, User, Data], object]
    possible: Callable[[Any], bool]
    explains: StrOrPromise
    done: StrOrPromise
    danger: bool = False
    ways: Callable[[Any], Sequence[tuple[StrOrPromise, Data]]] = lambda _record: [("", {})]
    outcomes: Callable[[Any, User, Data], Sequence[Outcome]] | None = None
    rehearsed: bool = True
    personal: Callable[[Any, Any], bool] = lambda _user, _record: True
    """Whether a button makes sense for this person, beside the permission."""
    then: Callable[[Any, Any, Any], Button | None] = lambda _record, _made, _user: None
    """``then(record, made, user)``: the way to what comes next, told with ``done``; None where the page shows it."""
    app: str = "offboarding"
    """The application whose permission it is."""
    template: str = "admin/offboarding/agreement/act.html"
    title: StrOrPromise = ""
    """What its page is called, where the button's words say too little alone."""

    @property
    def heading(self) -> StrOrPromise:
        """What its page is called."""
        return self.title or self.label

    def allowed(self, user: Any) -> bool:
        """Whether this person has the permission."""
        return bool(user.has_perm(f"{self.app}.{self.permission}"))

    def shown(self, user: Any, record: Any) -> bool:
        """Whether this person gets a button for it."""
        return self.allowed(user) and self.possible(record) and self.personal(user, record)


def home_of(record: Any) -> Agreement | Customer:
    """The agreement that a record is about, or the customer where it is about no agreement."""
    if isinstance(record, Agreement | Customer):
        return record
    return record.customer if isinstance(record, Contact) else cast(Agreement, record.agreement)


def _name(record: Any) -> str:
    return str(record._meta.label_lower.replace(".", "_"))


def page_of(record: Any) -> str:
    """The address of a record's own page."""
    return reverse(f"admin:{_name(record)}_change", args=[record.pk])


def form_of(record: Any, name: str) -> str:
    """The address of a verb's form."""
    return reverse(f"admin:{_name(record)}_{name}", args=[record.pk])


def buttons(verbs: Sequence[CaseVerb], user: Any, record: Any) -> list[Button]:
    """The ways open to this person for this record now, the ones with care last."""
    shown = sorted((verb for verb in verbs if verb.shown(user, record)), key=lambda verb: verb.danger)
    return [Button(verb.label, form_of(record, verb.name), verb.danger) for verb in shown]


class OpensForms:
    """For a ``ModelAdmin`` whose page has verbs."""

    verbs: Sequence[CaseVerb] = ()

    def about(self, record: Any) -> dict[str, Any]:
        """What a form's page says that it is about, and the ways back."""
        home = home_of(record)
        return {
            "record_words": "" if record == home else f"{capfirst(record._meta.verbose_name)}: {record}",
            "home": home,
            "homes": capfirst(home._meta.verbose_name_plural),
            "homes_address": reverse(f"admin:{_name(home)}_changelist"),
            "back": page_of(home),
        }

    def said(self, verb: CaseVerb, made: Any) -> str:
        """What a person is told when the verb has acted and has given ``made``."""
        return str(verb.done)

    def _told(self, verb: CaseVerb, record: Any, made: Any, user: Any) -> str:
        """What was done, and the way to what comes next."""
        way = verb.then(record, made, user)
        if way is None:
            return self.said(verb, made)
        return format_html('{} <a href="{}">{}</a>', self.said(verb, made), way.address, way.label)

    def after(self, record: Any, made: Any) -> str:
        """Where the person is led then."""
        return page_of(home_of(record))

    def beside(self, verb: CaseVerb, record: Any, user: Any) -> dict[str, Any]:
        """What a verb's own template shows beside the form."""
        return {}

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:pk>/{verb.name.replace('_', '-')}/",
                self.admin_site.admin_view(self._form_view(verb)),  # type: ignore[attr-defined]
                name=f"{_name(self.model)}_{verb.name}",  # type: ignore[attr-defined]
            )
            for verb in self.verbs
        ]
        return own + super().get_urls()  # type: ignore[misc,no-any-return]

    def _form_view(self, verb: CaseVerb) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            if not verb.allowed(request.user):
                raise PermissionDenied
            record = self._record(pk)
            if request.method == "POST":
                return self._acted(request, verb, record)
            if not verb.possible(record):
                return as_it_stands(request, self.about(record)["back"], verb.heading)
            return self._asked(request, verb, record, verb.form(record))

        return view

    def _record(self, pk: int) -> Any:
        found = self.model._default_manager.filter(pk=pk) if len(str(pk)) < LARGEST_NUMBER_OF_A_ROW else ()  # type: ignore[attr-defined]
        for record in found:
            return record
        raise Http404

    def _acted(self, request: HttpRequest, verb: CaseVerb, record: Any) -> HttpResponse:
        form = verb.form(record, request.POST, request.FILES)
        if form.is_valid() and "show" not in request.POST:
            try:
                made = verb.call(record, cast(User, request.user), form.cleaned_data)
            except ValidationError as error:
                form.refuse(error)
            else:
                messages.success(request, self._told(verb, record, made, request.user))
                return HttpResponseRedirect(self.after(record, made))
        return self._asked(request, verb, record, form)

    def _asked(self, request: HttpRequest, verb: CaseVerb, record: Any, form: CaseForm) -> HttpResponse:
        data = form.proposal() if verb.possible(record) else None
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "opts": self.opts,  # type: ignore[attr-defined]
            "title": verb.heading,
            "verb": verb,
            "form": form,
            "can_be_shown": _can_be_shown(verb, record, form),
            "outcomes": () if data is None else outcomes_of(verb, record, cast(User, request.user), data),
            "media": form.media,
            **self.about(record),
            **self.beside(verb, record, request.user),
        }
        return TemplateResponse(request, verb.template, context)


def _can_be_shown(verb: CaseVerb, record: Any, form: CaseForm) -> bool:
    """Whether the consequences depend on what is written into the form; files would have to be chosen again."""
    depends = verb.rehearsed or verb.outcomes is not None
    return depends and len(verb.ways(record)) == 1 and len(form.fields) > 1 and not form.is_multipart()


def outcomes_of(verb: CaseVerb, record: Any, by: User, data: Data) -> list[Outcome]:
    """What would follow from what the form says now, one for each way to decide."""
    found = list(verb.outcomes(record, by, data)) if verb.outcomes else []
    if not verb.rehearsed:
        return found
    for title, chosen in verb.ways(record):

        def act(chosen: Data = chosen) -> object:
            anew = type(record)._default_manager.get(pk=record.pk)
            return verb.call(anew, by, {**data, **chosen})

        found.append(rehearse(cast(Agreement, home_of(record)), act, title=title))
    return found
