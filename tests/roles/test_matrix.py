"""Every role tries everything there is: what the table does not allow is refused and leaves nothing behind."""

from __future__ import annotations

import json

import pytest
import time_machine
from django.urls import reverse

from tests.cast import Browser
from tests.retention.evidence.conftest import evidence  # noqa: F401 – fixture
from tests.roles import case, matrix, sending
from tests.roles.placing import place_of
from tests.roles.running import DONE, tried
from tests.roles.walking import addresses, commands, list_actions, methods_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody(alice, bob, evidence, settings):  # noqa: F811
    """Browsers by actor, and the case's records."""
    settings.API_PER_MINUTE = settings.API_WRITES_PER_MINUTE = 10**6
    with time_machine.travel(case.NOW, tick=True):
        users = case.people(alice, bob)
        records = case.records(alice, bob, users["superuser"])
        browsers = {"anonymous": Browser()}
        for actor, user in users.items():
            browsers[actor] = Browser()
            browsers[actor].force_login(user)
        yield browsers, records


def _wrong(browsers, allowed, method, place, data=lambda _actor: {}, **options):
    """What came otherwise than the table says, by actor."""
    for actor, browser in browsers.items():
        came, status, left = tried(browser, method.lower(), place, data(actor), **options)
        if (came == DONE) != (actor in allowed):
            yield actor, f"{came} ({status}), the table says {'may' if actor in allowed else 'may not'}"
        elif came != DONE and left:
            yield actor, f"was refused, and {left} entries stand in the journal"


def _of(letters, names):
    return {names[letter] for letter in letters}


def test_at_the_desk_everybody_can_do_what_their_role_says_and_no_more(everybody):
    browsers, records = everybody
    browsers = {actor: browsers[actor] for actor in (*matrix.STAFF.values(), "may_give_notice", "anonymous")}
    known, actions, wrong = addresses(), list_actions(), {}
    for (name, method), who in {**matrix.screens(), **matrix.rows(matrix.DESK)}.items():
        data = {}
        if name in actions:
            model = actions[name].model._meta
            place = reverse(f"admin:{model.label_lower.replace('.', '_')}_changelist")
            chosen = records[model.label_lower].pk
            data = {"action": name.rpartition(".")[2], "_selected_action": [chosen], "index": 0}
        else:
            place = place_of(name, known[name], records)
        found = dict(_wrong(browsers, _of(who, matrix.STAFF), method, place, lambda _actor, data=data: data))
        wrong |= {f"{name} {method}": found} if found else {}
    assert wrong == {}


def test_programs_can_do_what_their_role_says_and_no_more(everybody):
    browsers, records = everybody
    known, wrong = addresses(), {}
    for (name, method), who in matrix.rows(matrix.API).items():
        body = json.dumps(sending.of_api(name, records)) if method == "POST" else None
        options = {"content_type": "application/json", "headers": {"Idempotency-Key": "k"}} if body else {}
        place = place_of(name, known[name], records)
        found = dict(_wrong(browsers, _of(who, matrix.STAFF), method, place, lambda _a, body=body: body, **options))
        wrong |= {f"{name} {method}": found} if found else {}
    assert wrong == {}


def test_a_customers_people_can_do_what_each_has_the_right_to_and_no_stranger_anything(everybody):
    from offboarding.models import Contact

    browsers, records = everybody
    contacts = {contact.name: contact for contact in Contact.objects.all()}
    known, wrong = addresses(), {}
    for (name, method), who in matrix.rows(matrix.PORTAL).items():
        place = place_of(name, known[name], records)
        send = {actor: sending.of_portal(name, records, contacts.get(actor)) for actor in browsers}
        data = send.get if method == "POST" else lambda _actor: {}
        found = dict(_wrong(browsers, _of(who, matrix.CUSTOMERS), method, place, data))
        wrong |= {f"{name} {method}": found} if found else {}
    assert wrong == {}


def test_there_is_a_row_for_everything_and_none_for_what_is_not_there():
    tables = (matrix.DESK, matrix.API, matrix.PORTAL)
    told = set(matrix.screens()) | {row for table in tables for row in matrix.rows(table)}
    there = addresses() | list_actions()
    names = {name for name in there if not name.startswith(matrix.DOORS) and name not in matrix.OPEN}
    assert {name for name, _method in told} == names
    assert set(matrix.OPEN) <= set(there)
    for name, pattern in addresses().items():
        if name.startswith("api-") and hasattr(pattern.callback, "actions"):
            assert {method for row, method in told if row == name} == set(methods_of(pattern)), name


def test_every_command_has_a_row_and_the_machine_that_it_names_has_a_name_in_words():
    from offboarding.journal_words import MACHINES

    assert set(matrix.COMMANDS) == commands()
    assert {machine for machine in matrix.COMMANDS.values() if machine} <= set(MACHINES)
