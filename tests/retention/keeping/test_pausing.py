"""One switch stops all deletion, by command or by a person who may; another lets it go on."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection

from offboarding import journal_words
from offboarding.actors import Actor
from retention import pausing
from retention.models import Pause
from tests.retention.keeping.conftest import NOW, events, newest
from tests.retention.keeping.refusing import refused

CRON = Actor.machine("enforce_retention")

pytestmark = pytest.mark.django_db


def run(command: str, because: str = "A fire in the server room.") -> str:
    said = StringIO()
    call_command(command, because=because, stdout=said)
    return said.getvalue()


def test_a_pause_stands_until_it_is_lifted_and_the_journal_says_both():
    assert not pausing.is_paused()
    placed = pausing.pause(actor=CRON, because=" Fire. ")
    assert pausing.is_paused()
    assert (placed.placed_by, placed.placed_at, placed.because) == ("machine:enforce_retention", NOW, "Fire.")
    lifted = pausing.resume(actor=CRON, because="Out.")
    assert (lifted.pk, lifted.lifted_by, lifted.lifted_at) == (placed.pk, "machine:enforce_retention", NOW)
    assert not pausing.is_paused()
    assert events() == ["deletion.paused", "deletion.unpaused"]
    assert (newest("deletion.paused").reason, newest("deletion.unpaused").reason) == ("Fire.", "Out.")


def test_a_second_pause_is_refused_and_the_first_stands():
    pausing.pause(actor=CRON, because="Fire.")
    with refused("pause", "already"):
        pausing.pause(actor=CRON, because="Smoke.")
    assert Pause.objects.get().because == "Fire."


def test_what_is_not_paused_cannot_be_resumed_and_both_need_a_reason():
    with refused("pause", "not paused"):
        pausing.resume(actor=CRON, because="x")
    with refused("because"):
        pausing.pause(actor=CRON, because=" ")
    pausing.pause(actor=CRON, because="Fire.")
    with refused("because"):
        pausing.resume(actor=CRON, because="")
    assert pausing.is_paused()


def test_a_person_needs_the_permission(charlie, permit):
    with pytest.raises(PermissionDenied):
        pausing.pause_by(by=permit(charlie, "start_deletionrun", "view_pause"), because="Fire.")
    assert not pausing.is_paused()
    may = permit(charlie, "set_pause")
    assert pausing.pause_by(by=may, because="Fire.").placed_by == f"staff:{charlie.pk}:charlie"
    with pytest.raises(PermissionDenied):
        charlie.user_permissions.clear()
        pausing.resume_by(by=type(charlie).objects.get(pk=charlie.pk), because="Out.")
    assert pausing.is_paused()


def test_the_commands_say_one_sentence():
    assert run("pause") == "All deletion is paused; nothing goes after the batch that is on.\n"
    assert pausing.is_paused()
    assert run("resume", "Out.") == "Deletion is not paused any more; approved plans go on.\n"
    assert not pausing.is_paused()
    entry = newest("deletion.paused")
    assert (entry.reason, journal_words.who(entry)) == ("A fire in the server room.", "command: pause or resume")


@pytest.mark.parametrize(
    ("before", "command", "because", "words"),
    [
        ("", "resume", "x", "not paused"),
        ("pause", "pause", "x", "paused already"),
        ("", "pause", "", "Say why"),
    ],
)
def test_the_commands_end_with_1_where_nothing_was_changed(before, command, because, words):
    if before:
        run(before)
    with pytest.raises(CommandError, match=words) as caught:
        run(command, because)
    assert caught.value.returncode == 1


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_the_commands_end_with_2_where_nothing_could_be_written_down(command):
    run("pause")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE retention_pause RENAME TO away")
    with pytest.raises(CommandError) as caught:
        run(command)
    assert caught.value.returncode == 2


def test_the_switch_works_while_the_map_is_broken(settings, tmp_path):
    settings.DATA_MAP = tmp_path / "nowhere.toml"
    run("pause")
    assert pausing.is_paused()
