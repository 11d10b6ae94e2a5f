"""A hold keeps what the map knows by that name; a name that it does not know would keep nothing, silently."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from retention import holds
from retention.reach import Reach
from tests.retention.keeping.conftest import EVERYTHING
from tests.retention.keeping.refusing import refused


def reach(**places: tuple[str, str]) -> Reach:
    return Reach(**{name: frozenset({place}) for name, place in places.items()})


@pytest.mark.parametrize(
    ("field", "place", "words"),
    [
        ("tables", ("platform", "invoises"), "no table “invoises”"),
        ("tables", ("crm", "invoices"), "“crm”"),
        ("tables", ("platform", "countries"), "the vendor's own"),
        ("prefixes", ("platform", "org/7/"), "no file store"),
        ("prefixes", ("media", "org/"), "org/7/"),
        ("prefixes", ("media", ""), "no name"),
        ("prefixes", ("media", "org/8/"), "org/7/"),
        ("prefixes", ("media", "org/7/../8/"), "no name"),
        ("prefixes", ("pdfs", "notes/"), "–"),
        ("files", ("media", "org/70/a.pdf"), "org/7/"),
        ("files", ("media", "/org/7/a.pdf"), "no name"),
        ("files", ("pdfs", "other/a.pdf"), "–"),
        ("files", ("cellar", "a.pdf"), "no file store"),
    ],
)
def test_a_name_that_the_map_does_not_know_is_refused(held, field, place, words):
    with refused(field, words):
        held(reach(**{field: place}))


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("tables", ("platform", "orgs")),
        ("prefixes", ("media", "org/7/")),
        ("prefixes", ("media", "org/7/reports/2026")),
        ("files", ("media", "org/7/å.pdf")),
        ("files", ("pdfs", "notes/1.pdf")),
    ],
)
def test_a_name_that_the_map_knows_is_kept(held, field, place):
    assert held(reach(**{field: place})).keeps == reach(**{field: place})


def test_whoever_names_nothing_is_asked(held):
    with refused("reach", "Say what is kept"):
        held(Reach())


def test_every_wrong_name_is_told_at_once(held, datamap):
    wrong = Reach(
        tables=frozenset({("platform", "a"), ("platform", "b"), ("platform", "orgs")}),
        files=frozenset({("cellar", "x")}),
    )
    with pytest.raises(ValidationError) as caught:
        holds.check_reach(wrong, datamap(), "7")
    assert {field: len(texts) for field, texts in caught.value.message_dict.items()} == {"tables": 2, "files": 1}


def test_everything_is_held_even_while_the_map_is_broken(held, settings, tmp_path):
    settings.DATA_MAP = tmp_path / "nowhere.toml"
    with refused("reach", "data map cannot be used"):
        held(reach(tables=("platform", "orgs")))
    assert held(EVERYTHING).keeps.whole
