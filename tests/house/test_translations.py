"""The screens are complete in Swedish: whatever the sources say in English stands in a catalogue, finished."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.utils import translation

BASE_DIR = Path(__file__).resolve().parent.parent.parent
CATALOGUES = sorted(BASE_DIR.glob("*/locale/sv/LC_MESSAGES/django.po"))


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="sv")


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _finished(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(strings) and not message.fuzzy


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.relative_to(BASE_DIR).parts[0])
def test_every_message_is_translated_with_the_same_placeholders(path):
    messages = _messages(_read(path))
    assert messages
    assert [message.id for message in messages if not _finished(message)] == []
    assert [(message.id, error) for message in messages for error in message.check()] == []


@pytest.mark.requires("xgettext", "msgfmt")
def test_every_message_of_the_sources_stands_in_a_catalogue(tmp_path):
    """Collect anew, with Django's own command, and compare with what is kept."""
    for name in ("offboarding", "exports", "retention", "templates"):
        shutil.copytree(BASE_DIR / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    shutil.copy(BASE_DIR / "manage.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "manage.py", "makemessages", "-l", "sv", "--no-obsolete"], cwd=tmp_path, capture_output=True,
        text=True, env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for path in CATALOGUES:
        collected = _messages(_read(tmp_path / path.relative_to(BASE_DIR)))
        assert [message.id for message in collected if not _finished(message)] == [], "run: make messages"
        assert {message.id for message in collected} == {message.id for message in _messages(_read(path))}


def test_no_text_is_hidden_from_the_collection_in_an_f_string():
    """Which xgettext does not read: what stands nowhere else would stay English, and the test above not know of it."""
    known = {
        text for path in CATALOGUES for message in _messages(_read(path))
        for text in (message.id if isinstance(message.id, tuple) else (message.id,))
    }  # fmt: skip
    hidden, calls = [], ("_", "gettext", "gettext_lazy", "ngettext")
    for path in [path for name in ("offboarding", "exports", "retention") for path in (BASE_DIR / name).rglob("*.py")]:
        words = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.JoinedStr)]
        for call in [inner for node in words for inner in ast.walk(node) if isinstance(inner, ast.Call)]:
            if getattr(call.func, "id", "") in calls and isinstance(call.args[0], ast.Constant):
                hidden.append((path.name, call.args[0].value))
    assert hidden, "none is found any more: the rule above can go"
    assert [(name, text) for name, text in hidden if text not in known] == []


def test_the_catalogues_are_compiled_and_django_speaks_swedish():
    """Compiled by make, without GNU gettext."""
    with translation.override("sv"):
        assert translation.gettext("Request an export") == "Beställ en export"
        assert translation.gettext("last day of the term") == "avtalsperiodens sista dag"
        one, two = (
            translation.ngettext("about %(minutes)d minute left", "about %(minutes)d minutes left", n) for n in (1, 2)
        )
    assert (one, two) == ("ungefär %(minutes)d minut kvar", "ungefär %(minutes)d minuter kvar")
