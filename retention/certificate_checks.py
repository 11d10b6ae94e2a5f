"""Is this certificate ours, and as we issued it? By number and code, or by the signed file itself."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from offboarding import signing
from offboarding.canonical import canonical, digest
from offboarding.signing import Signature, SignatureError
from retention.models import Certificate

MOST_BYTES = 4 * 1024 * 1024
"""A file that is larger is no certificate of ours."""
_LOOKS_LIKE = str.maketrans("OIL", "011")


class Answer(StrEnum):
    """*Altered*: it names a certificate of ours, but is not what we signed. *Unknown*: nothing of ours."""

    VALID = "valid"
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer; ``certificate`` and its ``content`` only where it is valid."""

    answer: Answer
    certificate: Certificate | None = None
    content: Mapping[str, Any] | None = None


UNKNOWN = Checked(Answer.UNKNOWN)
ALTERED = Checked(Answer.ALTERED)


def check(number: str, code: str) -> Checked:
    """By what a reader types: ``C-000042``, ``42``, ``7k3m 9qxw 2b4t``.

    A number that there is not and a code that is wrong have the same answer, after the same work. Raises OSError
    nowhere: the files in the ``evidence`` storage are not asked.
    """
    sequence = int(digits) if (digits := re.sub(r"\D", "", number)) and len(digits) <= 9 else 0
    certificate = Certificate.objects.filter(sequence=sequence).first()
    known = certificate or Certificate.objects.order_by("sequence").first()
    verdict = _verdict(known) if known is not None else UNKNOWN
    fits = hmac.compare_digest(plain_code(code).encode(), plain_code(known.code if known else "").encode())
    return verdict if fits and certificate is not None else UNKNOWN


def check_json(said: bytes) -> Checked:
    """By the signed file, as it was handed out or with other blanks between its values.

    *Altered* needs the number and the code of a certificate of ours: only its reader has both.
    """
    if len(said) > MOST_BYTES:
        return UNKNOWN
    content = _parsed(said)
    if content is None:
        return UNKNOWN
    certificate = Certificate.objects.filter(sha256=_digest_of(said, content)).first()
    if certificate is not None:
        return _verdict(certificate)
    number, code = content.get("number"), content.get("code")
    if not isinstance(number, str) or not isinstance(code, str):
        return UNKNOWN
    return ALTERED if check(number, code).answer is not Answer.UNKNOWN else UNKNOWN


def plain_code(code: str) -> str:
    """A code without hyphens and blanks, in capitals, with the letters that Crockford's base32 reads as digits."""
    return re.sub(r"[^0-9A-Z]", "", code.upper()).translate(_LOOKS_LIKE)


def _verdict(certificate: Certificate) -> Checked:
    """Whether our own record is still what was signed, with the key in use then, also one that is retired now."""
    said = certificate.content.encode()
    try:
        signature = Signature.from_json(certificate.signature.encode())
        if signature.key_id not in signing.known_key_ids():
            return ALTERED
        signing.verify(said, signature, certificate.key_id)
        content = json.loads(said)
    except (SignatureError, ValueError):
        return ALTERED
    row = certificate.number, certificate.code, certificate.sha256
    if row != (content["number"], content["code"], digest(said)):
        return ALTERED
    return Checked(Answer.VALID, certificate, content)


def _parsed(said: bytes) -> dict[str, Any] | None:
    """The object in the file; None for what is none, or says one thing twice so that readers may differ."""
    try:
        content = json.loads(said.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _digest_of(said: bytes, content: Mapping[str, Any]) -> str:
    try:
        return digest(canonical(content))
    except (TypeError, RecursionError):
        return digest(said)
