"""Every page and form says what stands, escaped, with nothing of a script or style of its own, in both languages."""

from __future__ import annotations

import re

import pytest

from retention import approvals
from retention.models import DeletionPlan
from tests.retention.screens.cases import BASE, BEGINS, FORMS, NAME, PAGES, begin_of, data_of, form_of, page_of

INLINE = re.compile(r"<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)
ELSEWHERE = re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//(?!localhost:8000/verify/)", re.IGNORECASE)


def clean(browser, address, language="en"):
    """The page, after a look for anything that a strict policy would stop or that is not escaped."""
    answer = browser.get(address, headers={"accept-language": language})
    assert answer.status_code == 200, address
    page = answer.content.decode()
    assert INLINE.findall(page) == [], address
    assert ELSEWHERE.findall(page) == [], address
    assert "<b>&quot;" not in page
    assert '<b>"folk' not in page
    assert "<i>Court" not in page
    assert "<u>4" not in page
    return page


@pytest.mark.parametrize("kind", sorted(PAGES))
def test_a_page_and_its_list_are_clean_in_both_languages(records, desk, kind):
    record = PAGES[kind](records)
    for language in ("en", "sv"):
        clean(desk, page_of(record), language)
        clean(desk, f"{BASE}/{kind}/", language)


@pytest.mark.parametrize("kind", sorted(PAGES))
def test_a_list_with_nothing_in_it_says_so(desk, kind):
    page = clean(desk, f"{BASE}/{kind}/")
    assert "would stand here." in page or "There is nothing yet." in page
    assert 'class="paginator"' not in page and 'class="actions"' not in page


@pytest.mark.parametrize(("model", "verb"), sorted(FORMS))
def test_a_form_is_clean_also_when_it_is_wrong(records, desk, model, verb):
    make, data, _permission = FORMS[model, verb]
    record = make(records)
    clean(desk, form_of(record, verb))
    if data:
        answer = desk.post(form_of(record, verb), dict.fromkeys(data_of(record, data), ""))
        assert answer.context["form"].errors
        assert INLINE.findall(answer.content.decode()) == []


@pytest.mark.parametrize("kind", sorted(BEGINS))
def test_the_form_that_makes_a_record_is_clean(records, desk, kind):
    clean(desk, begin_of(kind, records.agreement()))


def test_whom_it_is_about_is_found_by_a_few_words(records, desk):
    records.agreement("AVT-1")
    assert begin_of("legalhold", records.agreement()) not in clean(desk, begin_of("legalhold"))
    assert begin_of("legalhold", records.agreement()) in clean(desk, f"{BASE}/legalhold/add/?q=AVT-1")
    assert "No agreement is like that." in clean(desk, f"{BASE}/legalhold/add/?q=nobody")
    assert desk.get(f"{BASE}/legalhold/add/?agreement=999").status_code == 404
    assert desk.get(f"{BASE}/legalhold/add/?customer=x").status_code == 404


def test_a_hold_says_what_it_keeps_and_what_had_gone(records, desk):
    records.run("running")
    hold = records.hold()
    assert hold.gone_before
    page = clean(desk, page_of(hold))
    assert "every table, every file, every copy" in page
    assert "platform: certification" in page
    assert '<td class="figure" data-label="Gone">300</td>' in page


def test_a_plan_reads_like_a_document(records, desk):
    page = clean(desk, page_of(records.plan()))
    for text in ("Whose data it is", "in the order of deletion", "certification", "What stays, and why", "backups"):
        assert text in page
    assert "A second person has to approve it." in page
    assert "✓" in page


def test_a_refused_plan_says_why_and_offers_a_new_one_and_no_approval(records, desk):
    plan = records.plan("refused")
    page = clean(desk, page_of(plan))
    assert "organisations has no row whose id is 7." in page
    assert form_of(plan, "approve") not in page
    assert begin_of("deletionplan", plan.agreement) in page


def test_who_made_a_plan_is_told_and_gets_no_button_to_approve_it(records, desk, staff):
    plan = records.plan(made_by=f"staff:{staff.pk}:{staff.username}")
    page = clean(desk, page_of(plan))
    assert "You made this plan yourself" in page
    assert form_of(plan, "approve") not in page


def test_a_plan_that_a_later_duty_has_overtaken_leads_to_a_new_one(records, desk):
    plan = records.plan()
    records.duty()
    page = clean(desk, page_of(plan))
    assert form_of(plan, "approve") not in page
    assert "The plan does not know duty" in page


def test_a_stopped_run_says_why_in_words_and_what_to_do(records, desk):
    page = clean(desk, page_of(records.run()))
    assert "Hold 3 keeps it." in page
    assert "Legal decides: released, it takes a new plan and a new approval." in page
    assert ">gone<" in page, "a code that is not known any more stands as it is"


def test_the_pause_stands_on_every_page_while_it_lasts(records, desk):
    plan, pause = records.plan(), records.pause()
    addresses = [page_of(plan), f"{BASE}/deletionplan/", f"{BASE}/", form_of(plan, "approve"), begin_of("pause")]
    addresses.append(f"/admin/offboarding/agreement/{plan.agreement_id}/change/")
    for address in addresses:
        page = clean(desk, address)
        assert "All deletion is paused." in page, address
        assert "&lt;i&gt;Restore&lt;/i&gt; under way" in page
        assert form_of(pause, "resume") in page
    desk.post(form_of(pause, "resume"), {"because": "Restored"})
    assert "All deletion is paused." not in clean(desk, page_of(plan))


def test_a_certificate_shows_what_it_says_and_gives_its_documents(records, desk):
    certificate = records.certificate()
    page = clean(desk, page_of(certificate))
    assert certificate.number in page
    assert certificate.code in page
    for kind, beginning in (("sv", b"%PDF"), ("en", b"%PDF"), ("json", b"{")):
        answer = desk.get(f"{BASE}/certificate/{certificate.pk}/document/{kind}/")
        assert b"".join(answer.streaming_content).startswith(beginning)
        assert "attachment" in answer["Content-Disposition"]
    assert desk.get(f"{BASE}/certificate/{certificate.pk}/document/exe/").status_code == 404


def test_the_evidence_of_an_attestation_is_saved_and_never_shown(records, desk):
    attestation = records.attestation()
    assert desk.get(f"{BASE}/attestation/{attestation.pk}/evidence/").status_code == 404
    _make, data, _permission = FORMS["attestation", "attest"]
    desk.post(form_of(attestation, "attest"), data_of(attestation, data))
    answer = desk.get(f"{BASE}/attestation/{attestation.pk}/evidence/")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 gone"
    assert answer["Content-Type"] == "application/octet-stream"
    assert "attachment" in answer["Content-Disposition"]


def test_a_plan_is_drawn_as_pdf_in_both_languages(records, desk):
    plan = records.plan()
    for language in ("en", "sv"):
        answer = desk.get(f"{BASE}/deletionplan/{plan.pk}/paper/{language}.pdf")
        assert answer.content.startswith(b"%PDF")
        assert f"deletion-plan-{plan.pk}.{language}.pdf" in answer["Content-Disposition"]


def test_the_name_stands_on_the_page_as_it_is(records, desk):
    page = clean(desk, page_of(records.plan()))
    assert NAME.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;") in page


def test_where_all_is_erased_nothing_more_is_offered(records, desk):
    run = records.erased()
    run.agreement.erased_at = run.live_erased_at
    run.agreement.save()
    address = f"/admin/offboarding/agreement/{run.agreement_id}/change/"
    page = clean(desk, address)
    assert "Request an export" not in page and "No export was made." in page
    for label in ("Place a legal hold", "Decide a retention duty", "Make a deletion plan"):
        assert label not in page
    content = {**run.plan.content, "kept": [{"duty": 1}]}
    DeletionPlan.objects.filter(pk=run.plan_id).update(content=content)
    assert "Make a deletion plan" in clean(desk, address)


def test_a_plan_that_waits_says_so_and_one_that_is_approved_too(records, desk):
    plan = records.plan()
    assert "waits for an approval</span>" in clean(desk, f"{BASE}/deletionplan/")
    approvals.approve(plan, by=records.ada, typed_name=records.alice.name)
    assert "approved, not begun</span>" in clean(desk, f"{BASE}/deletionplan/")


def test_forms_name_what_they_are_about(records, desk):
    hold = records.hold()
    page = clean(desk, form_of(hold, "release"))
    assert "<h1>Release the hold</h1>" in page and f"Legal hold #{hold.pk}" in page
