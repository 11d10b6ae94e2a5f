"""The sample's files are what their names say, and each customer's are known."""

from __future__ import annotations

import hashlib
import io
import wave
from pathlib import PurePosixPath

import pypdf
import pytest
from lxml import etree
from PIL import Image

from tests.exports.sample import oracle
from tests.exports.sample.conftest import Sample


def _read(sample: Sample, path: str) -> bytes:
    with sample.storage.open(path) as stream:
        return bytes(stream.read())


def test_every_file_is_valid_and_as_long_as_the_summary_says(sample: Sample) -> None:
    suffixes = set()
    for path, size in sample.summary.files.items():
        content = _read(sample, path)
        assert len(content) == size
        suffixes.add(suffix := PurePosixPath(path).suffix)
        if suffix == ".png":
            with Image.open(io.BytesIO(content)) as image:
                image.load()
        elif suffix == ".wav":
            with wave.open(io.BytesIO(content)) as sound:
                assert sound.getnframes() > 0
        elif suffix == ".svg":
            assert etree.fromstring(content).tag.endswith("svg")
        elif suffix == ".pdf":
            assert pypdf.PdfReader(io.BytesIO(content)).pages[0].extract_text()
        else:
            assert content.decode("utf-8-sig")
    assert suffixes == {".png", ".wav", ".svg", ".pdf", ".txt", ".csv"}


@pytest.mark.parametrize("word", ["nordic", "empty", "fjord", "quill"])
def test_the_files_of_a_customer_are_those_in_its_folder_and_those_its_rows_name(sample: Sample, word: str) -> None:
    tenant = sample.summary.tenants[word]
    named = {
        path
        for table, column in oracle.PATHS.items()
        for (path,) in sample.query(oracle.rows(sample.engine, table, tenant.key, column))
        if path
    }
    below = {path for path in sample.summary.files if path.startswith(f"org/{tenant.key}/")}
    assert named <= sample.summary.files.keys(), "a row names a file that does not exist"
    assert tenant.files.keys() == named | below


def test_two_customers_share_files_of_the_library_and_of_a_common_user(sample: Sample) -> None:
    fjord, quill = sample.summary.tenants["fjord"], sample.summary.tenants["quill"]
    both = fjord.files.keys() & quill.files.keys()
    assert {path.split("/")[0] for path in both} == {"shared", "org"}


def test_materials_know_the_digest_of_their_file(sample: Sample) -> None:
    rows = sample.query("SELECT storage_path, size, sha256 FROM materials WHERE storage_path IS NOT NULL")
    assert len(rows) > 20
    for path, size, digest in rows:
        content = _read(sample, path)
        assert (size, bytes(digest)) == (len(content), hashlib.sha256(content).digest())
