"""Until when a customer may ask for an export by itself."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from offboarding import clock, end_dates
from offboarding.models import Agreement, Contact, Customer
from offboarding.rule_words import day_in_words
from offboarding.withdrawals import of_this_customer


def why_not(agreement: Agreement, today: date) -> str:
    """Why no export can be asked for under this agreement any more, in words; '' while it can.

    It can while service runs and until the last day of the time for exports, that day included.
    """
    if agreement.erased_at is not None:
        return _("The data is deleted; nothing can be exported any more.")
    if agreement.export_until is not None and today > agreement.export_until:
        text = _("Exports could be requested until %(day)s. If you need one all the same, write to us.")
        return text % {"day": day_in_words(agreement.export_until)}
    return ""


def check(customer: Customer, agreement: Agreement | None, contact: Contact) -> Agreement:
    """The agreement's row, locked, when this contact may ask for an export under it now."""
    if agreement is None:
        raise ValueError("A contact asks for an export under an agreement.")
    if agreement.customer_id != customer.pk:
        raise PermissionDenied(_("You may not do this for the customer."))
    agreement = end_dates.locked(agreement)
    of_this_customer(agreement, contact)
    if reason := why_not(agreement, clock.today()):
        raise ValidationError({"agreement": reason})
    return agreement
