"""Each role finds on the first page what it may do, and no link of it leads to a refusal."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from tests.exports.shown import State, job_in
from tests.offboarding.desk.pages import acts, first, kinds, mine

ROLES = {
    "Support": {"red", "messages", "nobody"},
    "Lead": {"red", "messages", "nobody", "notices", "stopped"},
    "Legal": {"holds", "pause"},
    "Auditor": set(),
}
"""Group → what it is asked for; the others may look."""


@pytest.fixture
def busy(records, staff, bob):
    """One of everything that a role is asked for."""
    from offboarding.models import Agreement, StoredMessage, TerminationNotice

    run = records.run()
    hold = records.hold()
    type(hold).objects.filter(pk=hold.pk).update(review_on=timezone.localdate())
    records.pause()
    job_in(State.FAILED, records.alice, staff, error="x")
    now = timezone.now()
    StoredMessage.objects.create(
        sha256="5" * 64, storage_name="x", bytes=1, source="mailbox", received_at=now, stored_at=now, state="problem"
    )
    theirs = Agreement.objects.create(customer=bob, number="B-9", term_start="2026-01-01", term_end="2027-12-31")
    TerminationNotice.objects.create(
        agreement=theirs, channel="email", received_at=now, received_by="machine:x", recorded_at=now, state="received"
    )
    return run


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_asked_for_its_own_and_no_link_refuses_it(busy, client, charlie, role):
    charlie.groups.set([Group.objects.get(name=role)])
    client.force_login(type(charlie).objects.get(pk=charlie.pk))
    page = first(client)
    assert set(kinds(mine(page))) == ROLES[role]
    content = page[page.index('<div class="first">') : page.rindex("</main>")]
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/admin/[^"]+)"', content)}
    assert set(acts(page)) <= links
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)
