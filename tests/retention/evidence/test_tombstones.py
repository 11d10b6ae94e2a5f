"""Tombstones lie outside both databases, are signed, and know of the tenant no more than it takes to know it again."""

from __future__ import annotations

import json

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from offboarding import signing

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture
def buried(recorded, issued):
    from retention import tombstones

    certificate = issued(recorded)
    with transaction.atomic():
        return tombstones.write(recorded, certificate)


def test_a_tombstone_is_signed_and_names_the_erasure(recorded, buried, evidence):
    from retention import tombstones

    said = evidence.open(f"{buried}.json").read()
    signature = signing.Signature.from_json(evidence.open(f"{buried}.sig").read())
    signing.verify(said, signature, signing.known_key_ids()[0])
    (found,) = tombstones.every()
    tombstone = found.tombstone
    assert (buried, found.name) == ("tombstones/C-000001", buried)
    assert (tombstone.customer, tombstone.contract, tombstone.run) == (recorded.customer_id, "AVT-2026-17", recorded.pk)
    assert (tombstone.plan_sha256, tombstone.approved_by) == (recorded.plan.sha256, "ada")
    (grave,) = tombstone.graves
    assert (grave.store, grave.tenant_key, grave.fingerprint) == ("platform", "7", "f1" * 32)
    assert grave.erased == {"certification", "learner"}, "shared tables are not the tenant's"
    assert b"Alice" not in said


def test_a_rollback_leaves_no_tombstone(recorded, issued, evidence):
    from retention import tombstones

    certificate = issued(recorded)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tombstones.write(recorded, certificate)
        raise ZeroDivisionError
    assert list(tombstones.every()) == []


def test_one_that_a_kill_left_unwritten_is_written_later(recorded, buried, evidence):
    from retention import tombstones

    said = evidence.open(f"{buried}.json").read()
    for endings in ((".sig",), (".json", ".sig")):
        for ending in endings:
            evidence.delete(f"{buried}{ending}")
        assert tombstones.complete() == [buried]
        assert evidence.open(f"{buried}.json").read() == said
    assert tombstones.complete() == []
    assert [one.wrong for one in tombstones.every()] == [""]


@pytest.mark.parametrize(
    "damage",
    [
        lambda said: said.replace(b'"tenant_key":"7"', b'"tenant_key":"8"'),
        lambda said: said[:-1],
        lambda said: b"{}",
    ],
)
def test_one_that_was_changed_is_told_and_not_believed(buried, evidence, damage):
    from retention import sightings, tombstones

    said = damage(evidence.open(f"{buried}.json").read())
    evidence.delete(f"{buried}.json")
    evidence.save(f"{buried}.json", ContentFile(said))
    (found,) = tombstones.every()
    assert found.tombstone is None
    assert "damaged" in found.wrong
    seen = sightings.compare()
    assert (seen.tombstones, seen.sightings, len(seen.wrong)) == (0, (), 1)


def test_one_under_a_strange_key_or_name_is_not_believed(buried, evidence, settings):
    from retention import tombstones

    for ending in (".json", ".sig"):
        evidence.save(f"tombstones/C-000002{ending}", ContentFile(evidence.open(f"{buried}{ending}").read()))
    assert [bool(one.tombstone) for one in tombstones.every()] == [True, False]
    settings.SIGNING_KEY = bytes(reversed(range(32)))
    assert [one.tombstone for one in tombstones.every()] == [None, None]


def test_half_a_tombstone_is_told(buried, evidence):
    from retention import tombstones

    evidence.delete(f"{buried}.json")
    assert [one.wrong for one in tombstones.every()] == ["tombstones/C-000001.json is missing."]


def test_it_says_the_same_whenever_it_is_written(recorded, buried, evidence):
    from retention import tombstones
    from retention.models import Certificate

    assert tombstones.content_of(recorded, Certificate.objects.get()) == evidence.open(f"{buried}.json").read()
    assert json.loads(evidence.open(f"{buried}.json").read())["version"] == tombstones.VERSION
