"""Tenants that a restored backup brought back: confirm that they are erased again, or leave them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exports.progress import grouped
from offboarding import clock, reauthentication
from offboarding.admin.case_forms import BecauseForm, CaseForm
from offboarding.admin.case_verbs import Data, page_of
from offboarding.admin.typed import PasswordField, TypedNameField
from offboarding.desk import SeveralValues
from offboarding.models import Customer
from retention import resurrections
from retention.admin.records import DeletionRecords, DeletionVerb, storage_answers
from retention.models import DeletionRun, Resurrection

if TYPE_CHECKING:
    _ResurrectionAdmin = admin.ModelAdmin[Resurrection]
else:
    _ResurrectionAdmin = admin.ModelAdmin


class ConfirmForm(CaseForm):
    """The customer's name and the person's password."""

    typed_name = TypedNameField()
    password = PasswordField()


def _confirm(found: Resurrection, by: User, data: Data) -> object:
    reauthentication.confirm(by, data["password"])
    with storage_answers():
        return resurrections.confirm(found, by=by, typed_name=data["typed_name"])


def _dismiss(found: Resurrection, by: User, data: Data) -> object:
    with storage_answers():
        return resurrections.dismiss(found, by=by, because=data["because"])


def customer_of(found: Resurrection) -> Customer | None:
    """The customer that had this key when it was erased."""
    return Customer.objects.filter(tenant_key=found.tenant_key).first()


RESURRECTION_VERBS = (
    DeletionVerb(
        name="confirm",
        permission="confirm_resurrection",
        label=gettext_lazy("Erase it again"),
        title=gettext_lazy("Erase the tenant again"),
        form=ConfirmForm,
        call=_confirm,
        possible=lambda found: found.state == Resurrection.State.FOUND,
        explains=gettext_lazy(
            "This tenant was erased, and a restored backup has brought it back. A new plan is made, and it is erased "
            "under the approval of then and your confirmation of now."
        ),
        done=gettext_lazy("It is confirmed: the tenant is erased again."),
        danger=True,
        template="admin/retention/confirm.html",
    ),
    DeletionVerb(
        name="dismiss",
        permission="confirm_resurrection",
        label=gettext_lazy("Nothing is to be done"),
        title=gettext_lazy("Leave the tenant alone"),
        form=BecauseForm,
        call=_dismiss,
        possible=lambda found: found.state in (Resurrection.State.FOUND, Resurrection.State.REUSED),
        explains=gettext_lazy("The data stays. Say how you know that it is not the customer's that was erased."),
        done=gettext_lazy("It is left alone."),
    ),
)


@admin.register(Resurrection)
class ResurrectionAdmin(DeletionRecords, _ResurrectionAdmin):
    """What “manage.py reapply_deletions” found."""

    verbs = RESURRECTION_VERBS
    page_template = "admin/retention/resurrection.html"
    nothing = gettext_lazy(
        "Nothing that was erased has come back. Data that a restored backup brings back would stand here."
    )
    list_display = ("tenant_shown", "customer_shown", "rows_shown", "found_shown", "state_shown")
    list_display_links = ("tenant_shown",)
    list_filter = ("state", ("store", SeveralValues))
    search_fields = ("tenant_key",)
    search_help_text = gettext_lazy("Tenant key")

    def named(self, record: Resurrection) -> str:
        return record.tenant_key

    def customer_link(self, record: Resurrection, user: Any) -> Any:
        from offboarding.admin.case_pages import linked

        customer = customer_of(record)
        return linked(customer, user) if customer else "–"

    def after(self, record: Any, made: Any) -> str:
        return page_of(made if isinstance(made, DeletionRun | Resurrection) else record)

    def beside(self, verb: Any, record: Resurrection, user: Any) -> dict[str, Any]:
        customer = customer_of(record)
        return {"subject": customer, "name_to_type": customer.name if customer else ""}

    def context(self, record: Resurrection, user: Any) -> dict[str, Any]:
        run = DeletionRun.objects.filter(pk=record.run_number or 0).first()
        may = user.has_perm("retention.view_deletionrun")
        return {
            "title": _("Tenant “%(key)s” came back") % {"key": record.tenant_key},
            "found": record,
            "rows": grouped(record.rows),
            "run_address": page_of(run) if run and may else "",
        }

    @admin.display(description=gettext_lazy("tenant key"), ordering="tenant_key")
    def tenant_shown(self, found: Resurrection) -> SafeString:
        return format_html("<bdi>{}</bdi> <small>{}</small>", found.tenant_key, found.store)

    @admin.display(description=gettext_lazy("customer"))
    def customer_shown(self, found: Resurrection) -> str:
        return str(customer_of(found) or "–")

    @admin.display(description=gettext_lazy("rows"), ordering="rows")
    def rows_shown(self, found: Resurrection) -> str:
        return grouped(found.rows)

    @admin.display(description=gettext_lazy("found"), ordering="found_at")
    def found_shown(self, found: Resurrection) -> str:
        return date_format(clock.local_day(found.found_at))

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, found: Resurrection) -> SafeString:
        return format_html('<span class="state state-back-{}">{}</span>', found.state, found.get_state_display())
