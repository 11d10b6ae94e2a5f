"""Every form of deletion asks for its permission, whether it is looked at or sent; every page for its own."""

from __future__ import annotations

import pytest
from django.contrib import admin

from offboarding.admin.case_verbs import OpensForms
from offboarding.models import JournalEntry
from tests.retention.screens.cases import (
    ASKS_THE_WORLD,
    BASE,
    BEGINS,
    FORMS,
    PAGES,
    begin_of,
    data_of,
    form_of,
    page_of,
)

VERBS = sorted(FORMS)


def written():
    return JournalEntry.objects.count()


def test_every_verb_that_a_screen_offers_is_in_the_table():
    screens = [screen for screen in admin.site._registry.values() if screen.opts.app_label == "retention"]
    assert all(isinstance(screen, OpensForms) for screen in screens)
    assert {(screen.opts.model_name, verb.name) for screen in screens for verb in screen.verbs} == set(FORMS)
    assert {screen.opts.model_name for screen in screens if screen.begins} == set(BEGINS)
    assert {screen.opts.model_name for screen in screens} == set(PAGES)


@pytest.mark.parametrize(("model", "verb"), VERBS)
def test_without_its_permission_a_form_is_neither_shown_nor_taken(records, lacking, model, verb):
    make, data, permission = FORMS[model, verb]
    record = make(records)
    before, browser = written(), lacking(permission)
    assert browser.get(form_of(record, verb)).status_code == 403
    assert browser.post(form_of(record, verb), data_of(record, data)).status_code == 403
    assert written() == before
    assert form_of(record, verb) not in browser.get(page_of(record)).content.decode(), "and there is no button"


@pytest.mark.parametrize(("model", "verb"), VERBS)
def test_with_its_permission_alone_a_form_is_shown_and_its_verb_acts(records, person, model, verb):
    make, data, permission = FORMS[model, verb]
    record, browser = make(records), person(permission)
    before = written()
    page = browser.get(form_of(record, verb))
    assert page.status_code == 200
    assert "Back, change nothing" in page.content.decode()
    assert written() == before, "looking at a form changes nothing"
    answer = browser.post(form_of(record, verb), data_of(record, data))
    if (model, verb) in ASKS_THE_WORLD:
        assert answer.status_code == 200
        assert answer.context["form"].errors
        return
    if (model, verb) == ("resurrection", "dismiss"):
        assert answer.status_code in (200, 302)
        return
    assert answer.status_code == 302, answer.context["form"].errors
    assert written() > before


@pytest.mark.parametrize("kind", sorted(BEGINS))
def test_without_its_permission_nothing_is_begun(records, lacking, kind):
    data, permission = BEGINS[kind]
    address, browser = begin_of(kind, records.agreement()), lacking(permission)
    before = written()
    assert browser.get(address).status_code == 403
    assert browser.post(address, data).status_code == 403
    assert written() == before


@pytest.mark.parametrize("kind", ["legalhold", "pause", "retentionduty"])
def test_with_its_permission_alone_something_is_begun(records, person, kind):
    data, permission = BEGINS[kind]
    address, browser = begin_of(kind, records.agreement()), person(permission)
    before = written()
    assert browser.get(address).status_code == 200
    assert written() == before
    answer = browser.post(address, data)
    assert answer.status_code == 302, answer.context["form"].errors
    assert written() > before


@pytest.mark.parametrize("kind", sorted(PAGES))
def test_a_page_is_for_those_who_may_look_and_only_to_be_read(records, person, kind):
    record = PAGES[kind](records)
    browser = person()
    assert browser.get(page_of(record)).status_code == 403
    assert browser.get(f"{BASE}/{kind}/").status_code == 403
    browser = person(f"view_{kind}")
    before = written()
    assert browser.get(page_of(record)).status_code == 200
    listed = browser.get(f"{BASE}/{kind}/")
    assert listed.status_code == 200
    assert "delete_selected" not in listed.content.decode()
    assert browser.post(page_of(record), {}).status_code == 403
    assert browser.post(f"{BASE}/{kind}/{record.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": record.pk}
    assert browser.post(f"{BASE}/{kind}/", chosen).status_code in (200, 302, 403)
    assert browser.get(f"{BASE}/{kind}/add/").status_code == 403
    assert type(record)._default_manager.filter(pk=record.pk).exists()
    assert written() == before


@pytest.mark.parametrize("kind", sorted(PAGES))
def test_what_does_not_exist_is_not_found(desk, kind):
    for number in ("0", "999999", "99999999999999999999999", "x"):
        assert desk.get(f"{BASE}/{kind}/{number}/change/").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "certificate/{pk}/document/sv/",
        "attestation/{pk}/evidence/",
        "deletionplan/{pk}/paper/en.pdf",
        "deletionplan/{pk}/paper/sv.docx",
        "certificate/{pk}/paper/sv.docx",
    ],
)
def test_documents_are_for_those_who_may_look(records, lacking, address):
    kind = address.partition("/")[0]
    record = PAGES[kind](records)
    assert lacking(f"view_{kind}").get(f"{BASE}/{address.format(pk=record.pk)}").status_code == 403


def test_the_figures_of_runs_are_for_those_who_may_look(records, lacking):
    run = records.run()
    assert lacking("view_deletionrun").get(f"{BASE}/deletionrun/progress/?job={run.pk}").status_code == 403


def test_without_a_session_everything_leads_to_signing_in(records, client):
    plan = records.plan()
    for address in (page_of(plan), form_of(plan, "approve"), f"{BASE}/deletionrun/progress/?job=1"):
        assert "/login/" in client.get(address).url
        assert "/login/" in client.post(address, {}).url
