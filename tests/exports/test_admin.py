"""The export screens: what a person sees, what the buttons do, and what is refused."""

from __future__ import annotations

import pytest

from exports.models import ExportJob, MissingFile
from offboarding.models import Customer
from tests.exports import shown
from tests.exports.shown import LIST, MISSING, PROGRESS, REQUEST, job_in, page_of, verb_of, volume_of

State = ExportJob.State
# The list -------------------------------------------------------------------------------------------------------------


def _hundred_jobs(staff):
    customers = Customer.objects.bulk_create(Customer(tenant_key=f"t{n}", name=f"Customer {n:03d}") for n in range(100))
    for number, customer in enumerate(customers):
        job = job_in(list(State)[number % len(State)], customer, staff)
        volume_of(job)


def test_a_list_of_a_hundred_jobs_takes_few_queries_and_none_per_job(desk, staff, django_assert_max_num_queries):
    _hundred_jobs(staff)
    desk.get(LIST)
    with django_assert_max_num_queries(12) as asked:
        page = desk.get(f"{LIST}?all=").content.decode()
    assert page.count('class="state state-') == 100
    assert not any("exports_volume" in query["sql"] for query in asked.captured_queries)
    assert not any('"statement"' in query["sql"] for query in asked.captured_queries), "statements are heavy"


def test_the_list_shows_the_state_in_words_and_only_what_runs_has_a_bar(desk, alice, bob, staff):
    job_in(State.RUNNING, alice, staff, rows_total=1000, rows_done=400, step="table people")
    job_in(State.FAILED, bob, staff, error="No space left on device.")
    page = desk.get(LIST).content.decode()
    assert "400 of 1,000 rows" in page
    assert "reading people" in page
    assert "No space left on device." in page
    assert page.count("<progress") == 1


def test_jobs_are_found_by_customer_key_and_number(desk, alice, bob, staff):
    hers, his = job_in(State.CANCELLED, alice, staff), job_in(State.CANCELLED, bob, staff)
    for asked, found in (("Alice", hers), (bob.tenant_key + " Bob", his), (str(hers.pk), hers)):
        page = desk.get(LIST, {"q": asked}).content.decode()
        assert f"#{found.pk}</a>" in page
        assert f"#{({hers, his} - {found}).pop().pk}</a>" not in page


# One job --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.QUEUED, "waits for a free worker"),
        (State.RUNNING, "is being written"),
        (State.COMPLETE, "Every row of the snapshot"),
        (State.INCOMPLETE, "must not be handed over as complete"),
        (State.FAILED, "nothing can be handed over"),
        (State.CANCELLED, "Nothing of it is kept"),
        (State.EXPIRED, "removed from storage"),
    ],
)
def test_every_state_is_explained_in_a_sentence(desk, alice, staff, state, says):
    assert says in desk.get(page_of(job_in(state, alice, staff))).content.decode()


def test_a_complete_job_shows_its_proof_and_its_checksums(desk, alice, staff):
    job = job_in(State.COMPLETE, alice, staff)
    volume_of(job)
    page = desk.get(page_of(job)).content.decode()
    for text in ("02" * 32, "ab" * 32, "people", "886", "password", "a hash is of no use", "backups", "35 days", "27"):
        assert text in page
    assert "The date lies outside" in page, "differences are told by reason"
    assert "wrong" not in page


def test_an_incomplete_job_names_each_problem_and_the_figures_that_differ(desk, alice, staff):
    missing = shown.MissingFile("media", "7/a.pdf", "no such object", "materials.file 3")
    told = shown.statement(read_back=884, missing=(missing,))
    job = job_in(State.INCOMPLETE, alice, staff, statement=told)
    page = desk.get(page_of(job)).content.decode()
    assert "platform: people (xlsx): 886 rows in the snapshot, but 884 read back." in page
    assert "written 886, read back 884" in page
    assert "The file media: 7/a.pdf is missing: no such object" in page
    assert "not accepted by anybody" in page


def test_the_page_speaks_swedish_to_a_swedish_reader(desk, alice, staff):
    job = job_in(State.INCOMPLETE, alice, staff)
    page = desk.get(page_of(job), headers={"accept-language": "sv"}).content.decode()
    for text in ("ofullständig", "884 lästes tillbaka", "Användare", "Kolumner", "Datumet ligger utanför", "35 dagar"):
        assert text in page
    for raw in ("Start again", "Left out", ">users<", "Requested"):
        assert raw not in page


def test_a_statement_with_thousands_of_problems_shows_the_first_and_counts_the_rest(desk, alice, staff):
    many = tuple(shown.MissingFile("media", f"7/{n}.pdf", "gone") for n in range(450))
    job = job_in(State.INCOMPLETE, alice, staff, statement=shown.statement(missing=many))
    page = desk.get(page_of(job)).content.decode()
    assert page.count(" is missing: gone") == 200
    assert "and 250 more" in page


@pytest.mark.parametrize(
    "name", ['<script>alert("x")</script>', "<b>Bold</b> & Sons", '"><img src=x onerror=alert(1)>']
)
def test_a_name_with_html_in_it_stays_text_on_every_screen(desk, staff, name):
    customer = Customer.objects.create(tenant_key="x", name=name)
    job = job_in(State.FAILED, customer, staff, error=name)
    MissingFile.objects.create(customer=customer, store="media", path=name, path_sha256="1", reason=name, last_seen=job)
    for address in (LIST, page_of(job), MISSING, f"/admin/offboarding/customer/{customer.pk}/change/"):
        page = desk.get(address).content.decode()
        assert name not in page
        assert "&lt;" in page


def test_no_page_carries_scripts_or_styles_of_its_own(desk, alice, staff):
    """So that a strict Content-Security-Policy can forbid them."""
    import re

    job = job_in(State.RUNNING, alice, staff)
    volume_of(job)
    for address in (LIST, page_of(job), REQUEST, MISSING, f"/admin/offboarding/customer/{alice.pk}/change/"):
        page = desk.get(address).content.decode()
        assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", page) == []
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=", page) == []


def test_an_unknown_job_is_not_found(desk):
    for address in ("4711/change/", "99999999999999999999999/change/", "abc/change/"):
        assert desk.get(LIST + address).status_code == 404
    assert desk.post(f"{LIST}4711/cancel/").status_code == 404


# Who may ----------------------------------------------------------------------------------------------------------


def test_somebody_who_may_only_look_sees_no_buttons_and_is_refused(viewer, alice, bob, staff):
    waiting, failed = job_in(State.QUEUED, alice, staff), job_in(State.FAILED, bob, staff)
    for job in (waiting, failed):
        page = viewer.get(page_of(job)).content.decode()
        assert '<form method="post" action="/admin/exports' not in page
        assert 'class="button' not in page
        for verb in ("cancel", "retry", "expire"):
            assert viewer.post(verb_of(job, verb)).status_code == 403
            assert viewer.get(verb_of(job, verb)).status_code == 403
    assert viewer.post(LIST, {"action": "cancel_selected", "_selected_action": [waiting.pk]}).status_code == 403
    assert viewer.get(REQUEST).status_code == viewer.post(REQUEST, {"customer": bob.pk}).status_code == 403
    assert REQUEST not in viewer.get(LIST).content.decode()
    assert {job.state for job in ExportJob.objects.all()} == {State.QUEUED, State.FAILED}


def test_somebody_without_any_permission_may_not_even_look(client, alice, charlie, staff):
    client.force_login(charlie)
    job = job_in(State.QUEUED, alice, staff)
    assert [client.get(address).status_code for address in (LIST, page_of(job), PROGRESS, MISSING)] == [403] * 4


def test_a_stranger_gets_the_login_and_nothing_else(client, alice, staff):
    job = job_in(State.QUEUED, alice, staff)
    for address in (LIST, page_of(job), REQUEST, f"{PROGRESS}?job={job.pk}", MISSING):
        assert client.get(address).url.startswith("/admin/login/")
    assert client.post(verb_of(job, "cancel")).url.startswith("/admin/login/")
    job.refresh_from_db()
    assert job.state == State.QUEUED


def test_nothing_can_be_deleted(desk, alice, staff):
    job = job_in(State.CANCELLED, alice, staff)
    assert desk.post(f"{LIST}{job.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(page_of(job), {"state": "complete"}).status_code == 403
    assert desk.post(LIST, {"action": "delete_selected", "_selected_action": [job.pk], "post": "yes"}).status_code < 400
    assert "delete_selected" not in desk.get(LIST).content.decode()
    assert ExportJob.objects.get().state == State.CANCELLED


# Live -----------------------------------------------------------------------------------------------------------------


def test_the_script_gets_the_figures_of_just_the_jobs_it_names(desk, alice, bob, staff, django_assert_max_num_queries):
    job = job_in(State.RUNNING, alice, staff, rows_total=1000, rows_done=400, step="table people")
    volume_of(job)
    job_in(State.QUEUED, bob, staff)
    with django_assert_max_num_queries(6):
        answer = desk.get(PROGRESS, {"job": job.pk})
    (one,) = answer.json()["jobs"]
    assert (one["id"], one["active"], one["percent"], one["step"]) == (job.pk, True, 10, "reading people")
    assert "volumes" not in one
    assert "no-store" in answer["Cache-Control"]
    (one,) = desk.get(PROGRESS, {"job": job.pk, "volumes": 1}).json()["jobs"]
    assert [volume["label"] for volume in one["volumes"]] == ["002"]


def test_the_script_may_ask_nonsense_and_gets_nothing(desk):
    for nonsense in ("", "x", "-1", "9" * 40, "1 OR 1=1"):
        assert desk.get(PROGRESS, {"job": nonsense}).json() == {"jobs": []}
    assert desk.post(PROGRESS).status_code == 405


def test_a_page_is_live_only_while_its_job_is_under_way_and_reloads_without_script(desk, alice, bob, staff):
    running = desk.get(page_of(job_in(State.RUNNING, alice, staff))).content.decode()
    assert "data-job=" in running
    assert '<noscript><meta http-equiv="refresh"' in running
    ended = desk.get(page_of(job_in(State.COMPLETE, bob, staff))).content.decode()
    assert "data-job=" not in ended
    assert "http-equiv" not in ended
