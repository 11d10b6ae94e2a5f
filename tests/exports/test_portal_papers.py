"""A contact may have the completeness statements of its customer's packages on paper, and of nobody else's."""

from __future__ import annotations

import pytest

from offboarding.models import Agreement, Contact
from tests.exports.shown import State, job_in, statement
from tests.offboarding.portal.visiting import account_of


def at(customer):
    agreement = Agreement.objects.create(
        customer=customer, number=f"X-{customer.pk}", term_start="2026-01-01", term_end="2026-12-31"
    )
    return f"/leaving/{agreement.reference}/"


@pytest.fixture
def browser(client, alice):
    client.force_login(account_of(Contact.objects.create(customer=alice, name="Ada", email="ada@7.example")))
    return client


@pytest.mark.parametrize("state", [State.COMPLETE, State.EXPIRED])
@pytest.mark.parametrize(("form", "begins"), [("en.pdf", b"%PDF"), ("sv.docx", b"PK")])
def test_the_statement_of_a_package_outlives_the_package(browser, alice, staff, state, form, begins):
    job, home = job_in(state, alice, staff, statement=statement()), at(alice)
    address = f"{home}exports/{job.pk}/paper/{form}"
    assert address in browser.get(home).content.decode()
    assert browser.get(address).content.startswith(begins)


@pytest.mark.parametrize("state", [State.INCOMPLETE, State.FAILED, State.RUNNING])
def test_what_is_not_complete_proves_nothing(browser, alice, staff, state):
    job, home = job_in(state, alice, staff), at(alice)
    assert browser.get(f"{home}exports/{job.pk}/paper/en.pdf").status_code == 404
    assert f"exports/{job.pk}/paper/" not in browser.get(home).content.decode()


def test_the_neighbours_is_not_found(browser, alice, bob, staff):
    job, home = job_in(State.COMPLETE, bob, staff, statement=statement()), at(alice)
    assert browser.get(f"{home}exports/{job.pk}/paper/en.pdf").status_code == 404
    assert browser.get(f"{at(bob)}exports/{job.pk}/paper/en.pdf").status_code == 404
