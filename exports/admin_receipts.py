"""On the desk: what customers said about packages, the forms to record and settle it, and a package's files for staff.

The forms stand on pages of their own that say what follows; POST acts, and the verbs alone decide.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from exports import downloads, receipts
from exports.labels import CATEGORIES, category_names
from exports.models import ExportJob, Receipt
from exports.portal_files import hand_out
from exports.portal_forms import ObjectForm, Refusable
from offboarding.desk import OnlyVerbs, as_it_stands

if TYPE_CHECKING:
    _ReceiptAdmin = admin.ModelAdmin[Receipt]
else:
    _ReceiptAdmin = admin.ModelAdmin

BECAUSE = {"rows": 3}


class RecordForm(Refusable):
    """A confirmation that came otherwise than on the customer's page."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    because = forms.CharField(
        label=_("How do we know?"), widget=forms.Textarea(attrs=BECAUSE), max_length=2000,
        help_text=_("Who said it, when and how, e.g. “e-mail of Eva Öst of 3 May”."),
    )  # fmt: skip


class RecordObjectionForm(ObjectForm):
    """An objection that came otherwise."""

    because = forms.CharField(
        label=_("How do we know?"), widget=forms.Textarea(attrs=BECAUSE), max_length=2000,
        help_text=_("Who said it, when and how, e.g. “e-mail of Eva Öst of 3 May”."),
    )  # fmt: skip

    @property
    def missing(self) -> dict[str, str]:
        return {name: words for name, words in super().missing.items() if name != "because"}


class SettleForm(Refusable):
    """How an objection was settled."""

    by_export = forms.ModelChoiceField(
        label=_("With this newer export"), queryset=ExportJob.objects.none(), required=False,
        empty_label=_("without a new export"),
        help_text=_("The time to fetch and check begins again with its package."),
    )  # fmt: skip
    because = forms.CharField(
        label=_("Our answer"), widget=forms.Textarea(attrs=BECAUSE), max_length=2000,
        help_text=_("All contacts of the customer read it."),
    )  # fmt: skip

    def __init__(self, receipt: Receipt, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        possible = [job.pk for job in receipts.could_make_good(receipt)]
        field = cast("forms.ModelChoiceField[ExportJob]", self.fields["by_export"])
        field.queryset = ExportJob.objects.filter(pk__in=possible).select_related("customer")


def urls(model_admin: Any) -> list[URLPattern]:
    """The addresses below an export's page, for its admin."""
    wrap, name = model_admin.admin_site.admin_view, "exports_exportjob"
    return [
        path("<int:pk>/files/<str:file>", wrap(file), name=f"{name}_file"),
        path("<int:pk>/confirmed/", wrap(_page(model_admin, _record)), name=f"{name}_confirmed"),
        path("<int:pk>/objected/", wrap(_page(model_admin, _object)), name=f"{name}_objected"),
        path("<int:pk>/settle/", wrap(_page(model_admin, _settle)), name=f"{name}_settle"),
    ]


@require_safe
def file(request: HttpRequest, pk: int, file: str) -> HttpResponseBase:
    """A file of a package for staff who may download it; written down as for customers."""
    by = cast(User, request.user)
    job = _job(pk)
    try:
        item = downloads.find(job, file, by=by)
    except downloads.UnknownFileError as error:
        raise Http404 from error
    except downloads.RemovedError:
        return HttpResponse(_("The package is removed."), status=410, content_type="text/plain; charset=utf-8")
    return hand_out(request, job, item, by=by)


def _job(pk: int) -> ExportJob:
    found = ExportJob.objects.select_related("customer").defer("tables_result").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


Act = Callable[[HttpRequest, ExportJob], tuple[str, dict[str, Any], Callable[[], object]] | None]
"""Title, context with ``form``, and what POST does; None where nothing is possible."""


def _page(model_admin: Any, act: Act) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        job = _job(pk)
        found = act(request, job)
        if found is None:
            return as_it_stands(
                request, reverse("admin:exports_exportjob_change", args=[pk]), _("Settle the objection")
            )
        title, context, do = found
        form = context["form"]
        if request.method == "POST" and form.is_valid():
            try:
                do()
            except ValidationError as error:
                form.refuse(error)
            else:
                messages.success(request, context["done"])
                return redirect("admin:exports_exportjob_change", pk)
        shown = {**model_admin.admin_site.each_context(request), "opts": ExportJob._meta, "title": title, "job": job}
        return TemplateResponse(request, "admin/exports/exportjob/receipt.html", {**shown, **context})

    return view


def _record(request: HttpRequest, job: ExportJob) -> Any:
    _need(request, "exports.record_receipt")
    form = RecordForm(_sent(request), initial={"digest": job.manifest_sha256})
    context = {
        "form": form, "button": _("Record the confirmation"), "done": _("The confirmation is recorded."),
        "explains": _(
            "The customer has told us that everything in this package has arrived. Deletion then need not wait for an "
            "answer any more, and all contacts get a letter about it."
        ),
    }  # fmt: skip
    return (
        _("Record that everything has arrived"),
        context,
        lambda: receipts.confirm(job, by=cast(User, request.user), **form.cleaned_data),
    )


def _object(request: HttpRequest, job: ExportJob) -> Any:
    _need(request, "exports.record_receipt")
    form = RecordObjectionForm(job, _sent(request), initial={"digest": job.manifest_sha256})
    context = {
        "form": form, "button": _("Record the objection"),
        "done": _("The objection is recorded; it has to be settled."),
        "explains": _(
            "The customer has told us that something is missing. Nothing is deleted until that is settled, and all "
            "contacts get a letter about it."
        ),
    }  # fmt: skip
    return _("Record that something is missing"), context, lambda: receipts.object_to(
        job, by=cast(User, request.user), digest=form.cleaned_data["digest"],
        because=form.cleaned_data["because"], missing=form.missing,
    )  # fmt: skip


def _settle(request: HttpRequest, job: ExportJob) -> Any:
    _need(request, "exports.settle_receipt")
    receipt = job.receipts.filter(outcome=Receipt.Outcome.OBJECTED, settled_at=None).first()
    if receipt is None:
        return None
    receipt.job = job
    form = SettleForm(receipt, _sent(request))
    context = {
        "form": form, "button": _("Settle it"), "done": _("The objection is settled; all contacts get your answer."),
        "missing": [(category_names([name]), words) for name, words in receipt.missing.items()],
        "explains": _(
            "Once it is settled, this objection does not stop the deletion any more. With a newer export or "
            "without, the customer then has its whole time again to fetch, check and answer."
        ),
    }  # fmt: skip
    return (
        _("Settle the objection"),
        context,
        lambda: receipts.settle(receipt, by=cast(User, request.user), **form.cleaned_data),
    )


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _need(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


class SettledFilter(admin.SimpleListFilter):
    """Objections that are settled, and those that are not."""

    title = _("settled")
    parameter_name = "settled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("not yet")), ("yes", _("yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Receipt]) -> QuerySet[Receipt]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(outcome=Receipt.Outcome.OBJECTED, settled_at__isnull=self.value() == "no")


@admin.register(Receipt)
class ReceiptAdmin(OnlyVerbs, _ReceiptAdmin):
    """Everything that was said about packages, newest first."""

    nothing = _("No customer has answered yet. What customers say about their packages would stand here.")
    list_display = ("job", "outcome", "given_at", "given_by", "categories", "settled_at")
    list_filter = ("outcome", SettledFilter, "given_at")
    list_select_related = ("job__customer", "contact", "recorded_by")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("=job__pk", "job__customer__name", "job__customer__tenant_key")
    actions = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A receipt is read on its export's page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Receipt.objects.filter(pk=object_id).first() if object_id.isdecimal() and len(object_id) < 19 else None
        if found is None:
            raise Http404
        return redirect("admin:exports_exportjob_change", found.job_id)

    @admin.display(description=_("given by"))
    def given_by(self, receipt: Receipt) -> str:
        return receipt.contact.name if receipt.contact else str(receipt.recorded_by)

    @admin.display(description=_("what is missing"))
    def categories(self, receipt: Receipt) -> str:
        return category_names([name for name in receipt.missing if name in set(CATEGORIES)])
