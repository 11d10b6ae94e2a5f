"""Approving asks for the customer's name and the person's password, and begins the run only for who may start one."""

from __future__ import annotations

import pytest

from offboarding import reauthentication
from retention.models import DeletionPlan, DeletionRun
from tests.retention.screens.cases import NAME, PASSWORD, form_of, page_of


@pytest.fixture
def plan(records):
    return records.plan()


def sent(plan, **other):
    return {"typed_name": NAME, "password": PASSWORD, "sha256": plan.sha256, **other}


def errors(answer):
    return answer.context["form"].errors


def test_the_page_says_what_happens_before_it_asks(plan, person):
    page = person("approve_deletionplan").get(form_of(plan, "approve")).content.decode()
    assert "19,483 rows and 4,313 files" in page
    assert plan.sha256 in page
    assert page.index("What happens") < page.index('name="typed_name"') < page.index('type="password"')
    assert 'name="begin"' not in page, "who may not start a run is not asked"


@pytest.mark.parametrize("wrong", ["", "correct", PASSWORD + " ", PASSWORD.upper()])
def test_a_wrong_password_approves_nothing(plan, person, wrong):
    answer = person("approve_deletionplan").post(form_of(plan, "approve"), sent(plan, password=wrong))
    assert answer.status_code == 200
    assert errors(answer)["password"]
    assert PASSWORD not in answer.content.decode()
    assert not plan.approvals.exists()


@pytest.mark.parametrize("wrong", ["", "Alice", NAME.lower(), NAME[:-1]])
def test_another_name_approves_nothing(plan, person, wrong):
    answer = person("approve_deletionplan").post(form_of(plan, "approve"), sent(plan, typed_name=wrong))
    assert answer.status_code == 200
    assert errors(answer)["typed_name"]
    assert not plan.approvals.exists()


def test_after_some_wrong_passwords_the_right_one_is_not_taken_either(plan, person):
    browser = person("approve_deletionplan")
    for _number in range(reauthentication.ATTEMPTS):
        browser.post(form_of(plan, "approve"), sent(plan, password="wrong"))
    answer = browser.post(form_of(plan, "approve"), sent(plan))
    assert "Too many wrong answers" in errors(answer)["password"][0]
    assert not plan.approvals.exists()


def test_the_right_password_frees_the_attempts(plan, person):
    browser = person("approve_deletionplan")
    for _number in range(reauthentication.ATTEMPTS - 1):
        browser.post(form_of(plan, "approve"), sent(plan, password="wrong"))
    assert browser.post(form_of(plan, "approve"), sent(plan, typed_name="Alice")).status_code == 200
    for _number in range(reauthentication.ATTEMPTS - 1):
        browser.post(form_of(plan, "approve"), sent(plan, password="wrong"))
    assert browser.post(form_of(plan, "approve"), sent(plan)).status_code == 302


def test_the_password_of_somebody_else_is_no_use(plan, person, staff):
    staff.set_password("sams own")
    staff.save()
    answer = person("approve_deletionplan").post(form_of(plan, "approve"), sent(plan, password="sams own"))
    assert errors(answer)["password"]


def test_another_plan_than_was_shown_is_not_approved(plan, person):
    answer = person("approve_deletionplan").post(form_of(plan, "approve"), sent(plan, sha256="0" * 64))
    assert "This is not the plan that you were shown." in str(errors(answer))
    assert not plan.approvals.exists()


def test_who_may_not_start_a_run_only_approves_even_when_the_box_is_sent(plan, person):
    browser = person("approve_deletionplan", "view_deletionplan")
    answer = browser.post(form_of(plan, "approve"), sent(plan, begin="on"), follow=True)
    assert "The plan is approved." in answer.content.decode()
    assert plan.approvals.get().approved_by.username == "charlie"
    assert not DeletionRun.objects.exists()


def test_an_approval_stands_also_where_the_run_cannot_begin_and_says_why(plan, person):
    """Alice has nobody to warn, and no warning was sent."""
    browser = person("approve_deletionplan", "start_deletionrun", "view_deletionplan")
    answer = browser.post(form_of(plan, "approve"), sent(plan, begin="on"), follow=True)
    page = answer.content.decode()
    assert "It has not begun:" in page
    assert "nobody can be warned" in page
    assert plan.approvals.filter(withdrawn_at=None).exists()
    assert not DeletionRun.objects.exists()


def test_a_plan_that_is_replaced_meanwhile_is_not_approved(plan, person):
    DeletionPlan.objects.filter(pk=plan.pk).update(state="superseded")
    browser = person("approve_deletionplan", "view_deletionplan")
    answer = browser.get(form_of(plan, "approve"))
    assert (answer.status_code, answer.url) == (302, page_of(plan))
    assert browser.post(form_of(plan, "approve"), sent(plan)).status_code == 200
    assert not plan.approvals.exists()
