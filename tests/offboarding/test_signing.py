"""A signature proves content and key; nothing that was changed passes."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from offboarding import signing
from offboarding.signing import Signature, SignatureError


def our_id() -> str:
    return signing.key_id(signing.public_key())


def test_a_signature_survives_its_json_and_verifies() -> None:
    signature = Signature.from_json(signing.sign(b"content").to_json())
    signing.verify(b"content", signature, our_id())
    assert len(our_id()) == 16


def test_the_same_content_has_the_same_signature() -> None:
    assert signing.sign(b"content") == signing.sign(b"content")


def test_other_content_is_refused() -> None:
    with pytest.raises(SignatureError, match="not what was signed"):
        signing.verify(b"c0ntent", signing.sign(b"content"), our_id())


def test_another_key_is_refused_even_when_it_calls_itself_ours(settings) -> None:
    expected = our_id()
    settings.SIGNING_KEY = bytes(32)
    foreign = signing.sign(b"content")
    for signature in (foreign, replace(foreign, key_id=expected)):
        with pytest.raises(SignatureError, match=f"expected {expected}"):
            signing.verify(b"content", signature, expected)


def test_the_seed_of_rfc_8032_gives_its_public_key(settings) -> None:
    """Section 7.1, test 1."""
    settings.SIGNING_KEY = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert signing.public_key().hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "none"},
        {"signature": "x"},
        {"public_key": None},
        {"signature": base64.b64encode(b"short").decode()},
    ],
)
def test_a_damaged_signature_file_is_refused_with_a_reason(change: dict[str, object]) -> None:
    fields = json.loads(signing.sign(b"content").to_json()) | change
    with pytest.raises(SignatureError):
        signing.verify(b"content", Signature.from_json(json.dumps(fields).encode()), our_id())
    with pytest.raises(SignatureError, match="damaged"):
        Signature.from_json(b"[]")
