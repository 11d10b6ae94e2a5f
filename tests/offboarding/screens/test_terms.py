"""An agreement's terms are entered and changed in a form that refuses, with the clause, what may not be."""

from __future__ import annotations

from datetime import date

import pytest

from offboarding.models import Agreement, JournalEntry, Letter
from tests.offboarding.screens.cases import BASE, form_of, page_of

ADD = f"{BASE}/agreement/add/"
TERMS = {
    "number": "A-77", "term_start": "2027-01-01", "term_end": "2027-12-31", "notice_days": "30",
    "export_window_days": "90", "auto_renews": "on", "renewal_months": "12", "policy": "contract",
}  # fmt: skip


def errors_of(answer):
    return answer.context["adminform"].form.errors


def test_an_agreement_is_entered_and_its_page_opens(desk, cases):
    answer = desk.post(ADD, {**TERMS, "customer": cases.agreement.customer_id})
    made = Agreement.objects.get(number="A-77")
    assert answer.url == page_of(made)
    entry = JournalEntry.objects.get(agreement=made.pk)
    assert (entry.event, entry.actor) == ("agreement.registered", f"staff:{cases.sam.pk}:sam")


def test_one_that_does_not_renew_gets_the_dates_of_its_expiry(desk, cases):
    data = {**TERMS, "customer": cases.agreement.customer_id}
    del data["auto_renews"]
    desk.post(ADD, data)
    made = Agreement.objects.get(number="A-77")
    assert (made.ending, made.service_ends, made.delete_from) == ("expiry", date(2027, 12, 31), date(2028, 3, 31))


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"notice_days": "60"}, "notice_days", "Notice of Termination"),
        ({"export_window_days": "89"}, "export_window_days", "90"),
        ({"term_end": "2026-12-31"}, "term_end", "order of time"),
        ({"policy": "data_act", "notice_days": "90"}, "notice_days", "art. 25(2)(d)"),
        ({"number": ""}, "number", "required"),
        ({"number": "A-1"}, "number", "already exists"),
        ({"customer": "4711"}, "customer", "not one of the available choices"),
    ],
)
def test_what_gives_less_than_promised_is_refused_with_the_clause(desk, cases, wrong, field, says):
    before = JournalEntry.objects.count()
    answer = desk.post(ADD, {**TERMS, "customer": cases.agreement.customer_id, **wrong})
    assert says in errors_of(answer)[field][0]
    assert not Agreement.objects.filter(number="A-77").exists()
    assert JournalEntry.objects.count() == before


def test_terms_are_changed_in_their_own_form_which_tells_the_customer_of_moved_dates(desk, cases):
    agreement = cases.ending()
    answer = desk.post(form_of(agreement, "terms"), {**TERMS, "term_start": "2026-01-01", "term_end": "2026-12-31",
                                                     "export_window_days": "120"})  # fmt: skip
    assert answer.url == page_of(agreement)
    agreement.refresh_from_db()
    assert agreement.export_until == date(2027, 4, 30)
    assert Letter.objects.filter(agreement=agreement, occasion="dates_changed").count() == 2


def test_number_and_customer_are_fixed_once_written(desk, cases, bob):
    agreement = cases.agreement
    same = {**TERMS, "term_start": "2026-01-01", "term_end": "2026-12-31", "customer": bob.pk}
    desk.post(form_of(agreement, "terms"), same)
    customer = agreement.customer
    agreement.refresh_from_db()
    assert (agreement.number, agreement.customer) == ("A-1", customer)


def test_refused_terms_leave_everything_as_it_was(desk, cases):
    agreement = cases.ending()
    before = JournalEntry.objects.count()
    wrong = {**TERMS, "term_start": "2026-01-01", "term_end": "2026-12-31", "notice_days": "31"}
    answer = desk.post(form_of(agreement, "terms"), wrong)
    assert errors_of(answer)["notice_days"]
    agreement.refresh_from_db()
    assert (agreement.notice_days, JournalEntry.objects.count()) == (30, before)


def test_only_who_may_change_an_agreement_reaches_its_terms(cases, client, charlie, permit):
    client.force_login(permit(charlie, "view_agreement"))
    address = form_of(cases.agreement, "terms")
    assert client.get(address).status_code == client.post(address, TERMS).status_code == 403
    assert client.get(ADD).status_code == client.post(ADD, TERMS).status_code == 403
    assert "Change the terms" not in client.get(page_of(cases.agreement)).content.decode()
    client.force_login(permit(charlie, "change_agreement"))
    assert client.get(address).status_code == 200
    assert "Change the terms" in client.get(page_of(cases.agreement)).content.decode()
