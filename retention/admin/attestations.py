"""Copies that somebody attests: what is due from whom, and the form with the statement and its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from offboarding import clock
from offboarding.admin.case_forms import BecauseField, CaseForm, UploadField
from offboarding.admin.case_verbs import Data, page_of
from offboarding.desk import SeveralValues
from offboarding.models import Customer
from retention import attestations
from retention.admin import following
from retention.admin.records import DeletionRecords, DeletionVerb, storage_answers
from retention.models import Attestation

if TYPE_CHECKING:
    _AttestationAdmin = admin.ModelAdmin[Attestation]
else:
    _AttestationAdmin = admin.ModelAdmin


class AttestForm(CaseForm):
    """What was checked and how, by the person who signs in."""

    statement = BecauseField(
        label=gettext_lazy("Statement"),
        help_text=gettext_lazy("What was checked, when and how. It stands in the certificate's supplement."),
    )
    early_because = BecauseField(label=gettext_lazy("How the copies were destroyed before that day"), required=False)
    evidence = UploadField(
        label=gettext_lazy("Evidence"), required=False, help_text=gettext_lazy("A report or a letter; kept unchanged.")
    )

    def __init__(self, record: Attestation, *args: Any, **kwargs: Any) -> None:
        super().__init__(record, *args, **kwargs)
        if clock.today() >= record.due_on:
            del self.fields["early_because"]


def _attest(attestation: Attestation, by: User, data: Data) -> Attestation:
    file = data["evidence"]
    with storage_answers():
        return attestations.attest(
            attestation,
            by=by,
            statement=data["statement"],
            early_because=data.get("early_because", ""),
            evidence=(file.name, file.read()) if file else None,
        )


ATTEST = DeletionVerb(
    name="attest",
    permission="attest_attestation",
    label=gettext_lazy("Attest that the copy is gone"),
    form=AttestForm,
    call=_attest,
    possible=lambda attestation: attestation.attested_at is None,
    explains=gettext_lazy(
        "You say by name that this copy holds nothing of the customer any more. When every copy is attested and every "
        "later look has found nothing, the deletion is final."
    ),
    done=gettext_lazy("It is attested."),
    then=following.see_run,
    rehearsed=False,
    template="admin/retention/act.html",
)


class AttestedFilter(admin.SimpleListFilter):
    """Due, open, attested."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("due", gettext_lazy("due by now")),
            ("open", gettext_lazy("waiting")),
            ("attested", gettext_lazy("attested")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attestation]) -> QuerySet[Attestation]:
        if self.value() == "due":
            return queryset.filter(attested_at=None, due_on__lte=clock.today())
        if self.value() in ("open", "attested"):
            return queryset.filter(attested_at__isnull=self.value() == "open")
        return queryset


@admin.register(Attestation)
class AttestationAdmin(DeletionRecords, _AttestationAdmin):
    """One line for each copy that this application cannot reach."""

    verbs = (ATTEST,)
    page_template = "admin/retention/attestation.html"
    list_display = ("store_shown", "customer_shown", "attester", "due_shown", "state_shown")
    list_display_links = ("store_shown",)
    list_filter = (AttestedFilter, ("store", SeveralValues))
    list_select_related = ("run__customer", "attested_by")
    search_fields = ("store", "attester", "run__customer__name", "run__customer__tenant_key")
    search_help_text = gettext_lazy("Copy, who attests it, customer or tenant key")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_GET(self.evidence_view))
        return [path("<int:pk>/evidence/", view, name="retention_attestation_evidence"), *super().get_urls()]

    def evidence_view(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        """The file that goes with an attestation, to be saved and never shown by the browser."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self._record(pk)
        if not found.evidence:
            raise Http404
        name = found.evidence.rpartition("/")[2]
        file = storages["evidence"].open(found.evidence)
        return FileResponse(file, as_attachment=True, filename=name, content_type="application/octet-stream")

    def customer_behind(self, record: Attestation) -> Customer:
        return record.run.customer

    def customer_link(self, record: Attestation, user: Any) -> Any:
        return super().customer_link(record.run, user)

    def named(self, record: Attestation) -> str:
        return f"“{record.store}”"

    def context(self, record: Attestation, user: Any) -> dict[str, Any]:
        may = user.has_perm("retention.view_deletionrun")
        return {
            "title": _("Attestation of “%(store)s”") % {"store": record.store},
            "attestation": record,
            "overdue": record.attested_at is None and record.due_on <= clock.today(),
            "run_address": page_of(record.run) if may else "",
            "evidence_address": reverse("admin:retention_attestation_evidence", args=[record.pk])
            if record.evidence
            else "",
        }

    @admin.display(description=gettext_lazy("copy"), ordering="store")
    def store_shown(self, attestation: Attestation) -> SafeString:
        return format_html("<bdi>{}</bdi> <small><bdi>{}</bdi></small>", attestation.store, attestation.description)

    @admin.display(description=gettext_lazy("customer"), ordering="run__customer__name")
    def customer_shown(self, attestation: Attestation) -> SafeString:
        customer = attestation.run.customer
        return format_html("<bdi>{}</bdi> <small>{}</small>", customer, customer.tenant_key)

    @admin.display(description=gettext_lazy("due day"), ordering="due_on")
    def due_shown(self, attestation: Attestation) -> str:
        day = date_format(attestation.due_on)
        overdue = attestation.attested_at is None and attestation.due_on <= clock.today()
        return format_html('<span class="wrong">{}</span>', day) if overdue else day

    @admin.display(description=gettext_lazy("state"), ordering="attested_at")
    def state_shown(self, attestation: Attestation) -> SafeString:
        if attestation.attested_at is None:
            return format_html('<span class="state state-queued">{}</span>', _("waiting"))
        return format_html(
            '<span class="state state-done">{}</span> <small>{}</small>', _("attested"), attestation.attested_by
        )
