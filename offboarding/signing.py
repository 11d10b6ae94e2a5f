"""Signatures of everything that must still convince somebody in years: Ed25519 (RFC 8032), detached.

A signature travels as JSON with the public key in it; who the key belongs to is settled by its id, which the
vendor publishes: the first 16 hex digits of the SHA-256 of the 32-byte public key.

Rotation: the new seed goes into ``SIGNING_KEY``, the old one to ``RETIRED_SIGNING_KEYS``. Retired keys sign nothing
any more; what they signed and sealed still verifies.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

ALGORITHM = "Ed25519"


class SignatureError(Exception):
    """The signature is no signature of this content by the expected key; says which of these fails."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A detached signature; ``public_key`` 32 bytes, ``signature`` 64 bytes."""

    key_id: str
    public_key: bytes
    signature: bytes

    def to_json(self) -> bytes:
        fields = {
            "algorithm": ALGORITHM,
            "key_id": self.key_id,
            "public_key": base64.b64encode(self.public_key).decode(),
            "signature": base64.b64encode(self.signature).decode(),
        }
        return json.dumps(fields, sort_keys=True, indent=1).encode() + b"\n"

    @classmethod
    def from_json(cls, data: bytes) -> Signature:
        """Raises SignatureError when ``data`` is nothing that ``to_json`` writes."""
        try:
            fields = json.loads(data)
            if fields["algorithm"] != ALGORITHM:
                raise SignatureError(f"The signature's algorithm is {fields['algorithm']!r}, not {ALGORITHM}.")
            public, signature = (base64.b64decode(fields[name], validate=True) for name in ("public_key", "signature"))
            return cls(str(fields["key_id"]), public, signature)
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise SignatureError("The signature file is damaged.") from error


def key_id(public_key: bytes) -> str:
    """The public name of a key: 16 hex digits."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def public_key() -> bytes:
    """Our public key, 32 bytes."""
    return _key().public_key().public_bytes_raw()


def sign(content: bytes) -> Signature:
    """Sign with the key of the setting ``SIGNING_KEY``."""
    public = public_key()
    return Signature(key_id(public), public, _key().sign(content))


def verify(content: bytes, signature: Signature, expected_key_id: str) -> None:
    """Raises SignatureError unless ``content`` was signed by the key with that id."""
    if key_id(signature.public_key) != signature.key_id or signature.key_id != expected_key_id:
        raise SignatureError(f"Signed by the key {key_id(signature.public_key)}, expected {expected_key_id}.")
    try:
        Ed25519PublicKey.from_public_bytes(signature.public_key).verify(signature.signature, content)
    except (InvalidSignature, ValueError) as error:
        raise SignatureError("The content is not what was signed.") from error


def known_key_ids() -> tuple[str, ...]:
    """The ids of the key in use (first) and of the retired ones."""
    return tuple(_named(seed)[0] for seed in (settings.SIGNING_KEY, *settings.RETIRED_SIGNING_KEYS))


def seal_key() -> tuple[str, bytes]:
    """Key id and 32-byte HMAC key in use for the journal's seals."""
    return _named(settings.SIGNING_KEY)


def seal_keys() -> dict[str, bytes]:
    """Key id → HMAC key of every key we know, for checking seals."""
    return dict(_named(seed) for seed in (settings.SIGNING_KEY, *settings.RETIRED_SIGNING_KEYS))


@lru_cache(maxsize=32)
def _named(seed: bytes) -> tuple[str, bytes]:
    """A seed's key id, and the key of seals that follows from it (HKDF-SHA256, RFC 5869)."""
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return key_id(public), HKDF(SHA256(), 32, salt=None, info=b"offboarding journal seal").derive(seed)


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(settings.SIGNING_KEY)
