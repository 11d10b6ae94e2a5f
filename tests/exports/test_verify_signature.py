"""The verifier's own Ed25519 is the one of RFC 8032."""

from __future__ import annotations

import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from exports import verify


@pytest.mark.parametrize("seed", range(3))
def test_the_signature_check_agrees_with_the_cryptography_library(seed: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(random.Random(seed).randbytes(32))
    public, message = key.public_key().public_bytes_raw(), b"message %d" % seed
    signature = key.sign(message)
    assert verify.ed25519(public, message, signature)
    assert not verify.ed25519(public, message + b"!", signature)
    assert not verify.ed25519(public, message, signature[:-1] + bytes([signature[-1] ^ 1]))
    above = int.from_bytes(signature[32:], "little") + verify.L
    assert not verify.ed25519(public, message, signature[:32] + above.to_bytes(32, "little")), "malleable"
    assert not verify.ed25519(b"\xff" * 32, message, signature)


def test_the_signature_check_knows_the_vectors_of_rfc_8032() -> None:
    """Section 7.1, tests 1 and 2."""
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert verify.ed25519(public, b"", signature)
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert verify.ed25519(public, b"\x72", signature)
