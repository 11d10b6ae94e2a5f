"""The files of certificates in the ``evidence`` storage, which outlives the database, and the series of numbers."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from offboarding import evidence, signing
from offboarding.canonical import digest
from offboarding.signing import Signature, SignatureError
from retention.models import Certificate

FOLDER = "certificates"
MOST_BYTES = 16 * 1024 * 1024
"""A certificate's JSON that is larger is none of ours."""
RECENT = 20
"""As many certificates are looked after when the next is issued."""
_NAME = re.compile(r"C-([0-9]{6,})-([0-9a-f]{12})\.sig")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A certificate as the storage has it: its sequence, its JSON as bytes, parsed, and its signature."""

    sequence: int
    name: str
    said: bytes
    content: dict[str, Any]
    signature: Signature


def stem(number: str, sha256: str) -> str:
    """``certificates/C-000042-0123456789ab``, to which the endings are added."""
    return f"{FOLDER}/{number}-{sha256[:12]}"


def next_sequence() -> int:
    """The next number, after every certificate that was ever issued; to be called with the journal's lock.

    Signatures that a kill left unwritten are written. Certificates that the storage knows and the database does not,
    because a backup of it was restored, get their rows back.
    """
    for certificate in Certificate.objects.order_by("-sequence")[:RECENT]:
        complete(stem(certificate.number, certificate.sha256), certificate.signature)
    reinstate()
    last: int | None = Certificate.objects.aggregate(last=Max("sequence"))["last"]
    return (last or 0) + 1


def complete(name: str, signature: str) -> None:
    """Writes a certificate's signature where it is missing: from now on it counts."""
    evidence.create(f"{name}.sig", signature.encode())


def reinstate() -> list[Certificate]:
    """Makes rows anew of issued certificates that the database has lost; gives those.

    ValidationError for a signed file that no row can be made of: a person has to look at it.
    """
    standing = dict(Certificate.objects.values_list("sequence", "sha256"))
    made = []
    for name in evidence.names(FOLDER):
        matched = _NAME.fullmatch(name)
        if matched is None or standing.get(int(matched[1]), "").startswith(matched[2]):
            continue
        if int(matched[1]) in standing:
            raise ValidationError(
                {"certificate": _("“%(file)s” has the number of another certificate.") % {"file": name}}
            )
        try:
            made.append(_row(_read(int(matched[1]), f"{FOLDER}/{name.removesuffix('.sig')}")))
        except (
            SignatureError,
            ValueError,
            LookupError,
            TypeError,
            FileNotFoundError,
            Certificate.DoesNotExist,
        ) as error:
            logger.error("%s in the evidence storage is no certificate: %s", name, error)
            raise ValidationError(
                {"certificate": _("“%(file)s” in the evidence storage is no certificate of ours.") % {"file": name}}
            ) from error
    return made


def columns(content: dict[str, Any], said: bytes, signature: Signature) -> dict[str, Any]:
    """The columns of a certificate's row that follow from its content."""
    return {
        "occasion": content["occasion"],
        "code": content["code"],
        "customer_number": content["customer"]["number"],
        "agreement_number": content["agreement"]["number"],
        "run_number": content["run"]["number"],
        "plan_sha256": content["plan"]["sha256"],
        "customer_name": content["customer"]["name"],
        "language": content["language"],
        "content": said.decode(),
        "sha256": digest(said),
        "key_id": signature.key_id,
        "signature": signature.to_json().decode(),
    }


def _read(sequence: int, name: str) -> Found:
    said = evidence.read(f"{name}.json", MOST_BYTES)
    signature = Signature.from_json(evidence.read(f"{name}.sig", MOST_BYTES))
    if signature.key_id not in signing.known_key_ids():
        raise SignatureError(f"Signed by the key {signature.key_id}, which is not ours.")
    signing.verify(said, signature, signature.key_id)
    content = json.loads(said)
    if name != stem(Certificate(sequence=sequence).number, digest(said)) or content["number"] not in name:
        raise ValueError("it lies under a name that is not its own")
    return Found(sequence, name, said, content, signature)


def _row(found: Found) -> Certificate:
    supplements = found.content["supplements"]
    files = {"json": f"{found.name}.json"}
    files |= {name.split(".")[-2]: f"{FOLDER}/{name}" for name in evidence.names(FOLDER) if _is_pdf(name, found)}
    bodies = {kind: evidence.read(name, MOST_BYTES) for kind, name in files.items()}
    return Certificate.objects.create(
        sequence=found.sequence,
        supplements=Certificate.objects.get(sha256=supplements["sha256"]) if supplements else None,
        issued_at=datetime.fromisoformat(found.content["issued_at"]),
        documents={
            kind: {"name": files[kind], "sha256": digest(body), "bytes": len(body)} for kind, body in bodies.items()
        },
        **columns(found.content, found.said, found.signature),
    )


def _is_pdf(name: str, found: Found) -> bool:
    return name.startswith(found.name.removeprefix(f"{FOLDER}/")) and name.endswith(".pdf")
