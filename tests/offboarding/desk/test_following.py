"""After an act it is said what was done, with a link to what comes next – for whoever may go there."""

from __future__ import annotations

import re

from offboarding.models import TerminationNotice, TransferAssistance, Waiver
from tests.offboarding.screens.cases import form_of


def _said(answer):
    """The links of the message on the page that follows."""
    page = answer.content.decode()
    (message,) = re.findall(r'<li class="success">(.*?)</li>', page, re.S)
    return re.findall(r'href="([^"]+)"', message)


def _act(client, cases, model, verb, **more):
    record, data = cases.ready(model, verb)
    return _said(client.post(form_of(record, verb), {**data, **more}, follow=True))


def test_a_recorded_notice_leads_to_its_decision(desk, cases):
    links = _act(desk, cases, "agreement", "record-notice")
    notice = TerminationNotice.objects.order_by("-pk")[0]
    assert links == [form_of(notice, "vouch" if notice.needs else "decide")]
    assert desk.get(links[0]).status_code == 200


def test_one_that_is_vouched_for_can_be_decided_next(desk, cases):
    (link,) = _act(desk, cases, "terminationnotice", "vouch")
    assert link.endswith("/decide/")


def test_a_decision_leads_to_what_the_customer_is_told(desk, cases):
    (link,) = _act(desk, cases, "terminationnotice", "decide")
    assert link == f"/admin/offboarding/letter/?agreement__id__exact={cases.agreement.pk}"
    assert desk.get(link).status_code == 200


def test_a_waiver_leads_to_its_approval_and_help_to_its_offer(desk, cases):
    (link,) = _act(desk, cases, "agreement", "record-waiver", asked_by=cases.ada.pk)
    assert link == form_of(Waiver.objects.get(), "approve")
    (link,) = _act(desk, cases, "agreement", "request-assistance")
    assert link == form_of(TransferAssistance.objects.get(), "offer")


def test_nobody_is_led_where_they_may_not_go(client, cases, charlie, permit):
    client.force_login(permit(charlie, "record_terminationnotice", "view_agreement"))
    assert _act(client, cases, "agreement", "record-notice") == []


def test_names_in_the_message_stay_text(desk, cases):
    """The link is ours; nothing that a person wrote is taken for HTML."""
    record, data = cases.ready("terminationnotice", "decide")
    page = desk.post(form_of(record, "decide"), {**data, "because": "<b>x</b>"}, follow=True).content.decode()
    assert "<b>x</b>" not in page
