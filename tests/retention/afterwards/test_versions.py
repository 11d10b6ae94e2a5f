"""S3 keeps versions, and hides what was deleted: nothing of it may stay behind, and nothing be taken for gone."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from offboarding.configuration import Environment
from offboarding.models import Letter, StoredMessage
from retention import finishing, verifications
from tests.retention.afterwards.filled import fill
from tests.retention.afterwards.platform import SCHEMA
from tests.retention.afterwards.story import carried_out, erase_packages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def buckets(s3, settings, tmp_path, places):
    """Every storage but the evidence on S3, each in a bucket that keeps versions."""
    found = {}
    for alias in ("default", "exports", "platform_media"):
        found[alias] = bucket = s3.make_bucket()
        s3.client().put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        url = s3.storage_url(bucket).replace(f"/{bucket}?", f"/{bucket}/some/folder?")
        place = Environment(tmp_path).storage("STORAGE_OF_THIS_TEST", default=url)
        settings.STORAGES = {**settings.STORAGES, alias: place}
    return found


def entries(s3, bucket: str) -> list[str]:
    page = s3.client().list_object_versions(Bucket=bucket)
    return [one["Key"] for part in ("Versions", "DeleteMarkers") for one in page.get(part, ())]


@pytest.fixture
def made(buckets, make_database, settings):
    settings.PLATFORM_URLS = {"platform": make_database(SCHEMA)}


def test_every_version_of_packages_and_originals_goes(
    made, agreement, alva, staff, charlie, erased_on, s3, buckets
):  # fmt: skip
    fill(agreement, alva, staff)
    storages["default"].save("messages/zz/bobs.eml", ContentFile(b"bob"))
    storages["default"].delete(StoredMessage.objects.order_by("pk")[0].storage_name)
    assert len(entries(s3, buckets["default"])) == 4
    assert len(entries(s3, buckets["exports"])) == 3
    run = carried_out(agreement, charlie)
    erase_packages(run)
    assert entries(s3, buckets["exports"]) == []
    assert finishing.live_erased(run)
    run.verifications.update(done_at=run.live_erased_at, passed=True)
    run.attestations.update(attested_by=staff, attested_at=run.live_erased_at, statement="Gone.")
    Letter.objects.filter(state="queued").update(state="sent", sent_at=run.live_erased_at)
    assert finishing.finalise(run)
    assert entries(s3, buckets["default"]) == ["some/folder/messages/zz/bobs.eml"]


def test_a_version_behind_a_delete_marker_is_found_later(made, agreement, charlie, erased_on, s3, buckets):
    storages["platform_media"].save("org/7/logo.png", ContentFile(b"alice"))
    storages["platform_media"].save("org/8/logo.png", ContentFile(b"bob"))
    run = carried_out(agreement, charlie)
    assert finishing.live_erased(run)
    assert entries(s3, buckets["platform_media"]) == ["some/folder/org/8/logo.png"]
    storages["platform_media"].save("org/7/logo.png", ContentFile(b"restored"))
    storages["platform_media"].delete("org/7/logo.png")
    look = verifications.look(run, 1)
    assert (look.passed, [one["place"] for one in look.found]) == (False, ["org/7/"])
