"""Every form of a case asks for its permission, whether it is looked at or sent; and the table above is complete."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission

from offboarding.admin.case_verbs import OpensForms
from offboarding.models import JournalEntry, Letter
from tests.offboarding.screens.cases import PERMISSIONS, READY, form_of, page_of

FORMS = sorted(READY)
MODELS = ["agreement", "terminationnotice", "waiver", "transferassistance", "contact"]


def everything_else(codename):
    """All permissions but the one that a form asks for."""
    return Permission.objects.exclude(codename=codename)


def written():
    """What a verb leaves behind."""
    return JournalEntry.objects.count(), Letter.objects.count()


@pytest.fixture
def lacking(client, charlie):
    """``lacking(codename)``: a browser of charlie, who may do everything but this."""

    def browser(codename):
        charlie.user_permissions.set(everything_else(codename))
        client.force_login(charlie)
        return client

    return browser


def data_of(cases, model, verb):
    record, data = cases.ready(model, verb)
    if verb in ("record-waiver",):
        data["asked_by"] = cases.ada.pk
    return record, data


def test_every_verb_that_a_screen_offers_is_in_the_table():
    offered = {
        (screen.opts.model_name, verb.name.replace("_", "-"))
        for screen in admin.site._registry.values()
        if isinstance(screen, OpensForms) and screen.opts.app_label == "offboarding"
        for verb in screen.verbs
    }
    assert offered == set(READY)
    assert {verb for _model, verb in READY} == set(PERMISSIONS)


@pytest.mark.parametrize(("model", "verb"), FORMS)
def test_without_its_permission_a_form_is_neither_shown_nor_taken(cases, lacking, model, verb):
    record, data = data_of(cases, model, verb)
    before, browser = written(), lacking(PERMISSIONS[verb])
    assert browser.get(form_of(record, verb)).status_code == 403
    assert browser.post(form_of(record, verb), data).status_code == 403
    assert browser.post(form_of(record, verb), {**data, "show": "1"}).status_code == 403
    assert written() == before


@pytest.mark.parametrize(("model", "verb"), FORMS)
def test_with_its_permission_alone_a_form_is_shown_and_its_verb_acts(cases, client, charlie, permit, model, verb):
    record, data = data_of(cases, model, verb)
    client.force_login(permit(charlie, PERMISSIONS[verb]))
    before = written()
    page = client.get(form_of(record, verb))
    assert page.status_code == 200
    assert "Back, change nothing" in page.content.decode()
    assert written() == before, "looking at a form changes nothing"
    answer = client.post(form_of(record, verb), data)
    assert answer.status_code == 302, answer.context["form"].errors if answer.context else answer.status_code
    assert written() > before


@pytest.mark.parametrize(("model", "verb"), FORMS)
def test_showing_what_would_follow_changes_nothing(cases, desk, model, verb):
    record, data = data_of(cases, model, verb)
    before = written()
    assert desk.post(form_of(record, verb), {**data, "show": "1"}).status_code == 200
    assert written() == before


@pytest.mark.parametrize(("model", "verb"), FORMS)
def test_without_a_session_a_form_leads_to_signing_in_and_nothing_happens(cases, client, model, verb):
    record, data = data_of(cases, model, verb)
    before = written()
    answer = client.post(form_of(record, verb), data)
    assert answer.status_code == 302
    assert "/login/" in answer.url
    assert written() == before


@pytest.mark.parametrize("model", MODELS)
def test_a_page_is_for_those_who_may_look_and_only_to_be_read(cases, client, charlie, permit, model):
    waiver, asked = cases.waiver(), cases.help()
    records = {
        "agreement": cases.agreement, "terminationnotice": cases.agreement.notices.get(), "waiver": waiver,
        "transferassistance": asked, "contact": cases.ada,
    }  # fmt: skip
    page = page_of(records[model])
    client.force_login(charlie)
    assert client.get(page).status_code == 403
    client.force_login(permit(charlie, f"view_{model}"))
    assert client.get(page).status_code == 200
    assert client.post(page, {}).status_code == 403
    assert client.post(page.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert client.get(f"{page.rsplit('/', 3)[0]}/").status_code == 200
    assert "delete_selected" not in client.get(f"{page.rsplit('/', 3)[0]}/").content.decode()


def test_buttons_show_only_where_permission_and_state_allow_them(cases, client, charlie, permit):
    cases.decided()
    client.force_login(permit(charlie, "view_agreement", "view_terminationnotice", "extend_agreement"))
    page = client.get(page_of(cases.agreement)).content.decode()
    assert form_of(cases.agreement, "extend") in page
    for verb in ("terminate", "renew", "record-notice", "extend-transition", "terms"):
        assert form_of(cases.agreement, verb) not in page
    assert form_of(cases.agreement.notices.get(), "withdraw") not in page
    client.force_login(permit(charlie, "withdraw_terminationnotice"))
    page = client.get(page_of(cases.agreement)).content.decode()
    assert form_of(cases.agreement.notices.get(), "withdraw") in page
    assert form_of(cases.agreement.notices.get(), "decide") not in page, "it is decided already"


def test_who_may_not_look_at_notices_or_letters_reads_nothing_of_them(cases, client, charlie, permit):
    cases.disputed()
    client.force_login(permit(charlie, "view_agreement"))
    page = client.get(page_of(cases.agreement)).content.decode()
    assert "Not ours" not in page
    assert cases.ada.email not in page
    assert "The customer objects to the notice" in page


@pytest.mark.parametrize(
    "address",
    [
        "agreement/0/change/",
        "agreement/99999999999999999999/change/",
        "agreement/x/change/",
        "agreement/7777777/extend/",
        "waiver/99999999999999999999/approve/",
        "terminationnotice/x/change/",
    ],
)
def test_what_does_not_exist_is_not_found(desk, address):
    assert desk.get(f"/admin/offboarding/{address}").status_code == 404
