"""What the pure modules say in English is what is translated, code by code."""

from __future__ import annotations

from django.utils import translation

from retention import identity
from retention.erasers import findings
from retention.refusal_words import SENTENCES, sentence


def test_every_refusal_can_be_translated_and_none_has_two_wordings():
    known = {code.value: text for code, text in (findings.WORDS | identity.WORDS).items()}
    with translation.override(None):
        assert {code: str(text) for code, text in SENTENCES.items()} == known


def test_a_refusal_is_told_with_its_facts():
    facts = {"table": "organisations", "field": "id", "key": "7"}
    with translation.override("en"):
        assert sentence({"code": "no_tenant", "facts": facts}) == "organisations has no row whose id is 7."
