"""Signed heads: what the journal's end was at some time, kept in the ``evidence`` storage where the database's
administrators cannot reach it.

One head is two files, ``journal/heads/<seq>-<hash12>.json`` (canonical JSON: ``seq``, ``hash``, ``at`` of the last
entry, ``entries`` up to it) and the same name with ``.sig`` (``signing.Signature``). Neither is ever overwritten;
the same entry always has the same head. The signature is written first: what has no signature proves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db import transaction

from offboarding import evidence, signing
from offboarding.canonical import canonical
from offboarding.journal_chain import Head, instant
from offboarding.models import JournalEntry

FOLDER = "journal/heads"
MOST_BYTES = 4096
"""A head or a signature that is larger is none of ours."""


@dataclass(frozen=True, slots=True)
class Found:
    """A head as the storage has it: its name without ending, and the head or what is wrong with it."""

    name: str
    head: Head | None
    wrong: str = ""
    half: bool = False
    """One of its two files is there: somebody removed the other, or its writing was cut short."""


def name_of(head: Head) -> str:
    """``journal/heads/00000000000000000042-0123456789ab``; names sort as the entries do."""
    return f"{FOLDER}/{head.seq:020}-{head.hash[:12]}"


def write_when_committed() -> None:
    """Signs the journal's end once the open transaction is committed; for verbs that close a case.

    Where the storage does not answer, the failure is logged and the next ``verify_journal`` signs a head.
    """
    transaction.on_commit(write, robust=True)


def write() -> str:
    """Signs the journal's last entry, unless that is done; gives the head's name, empty for an empty journal.

    Raises OSError where the storage does not answer. Inside a transaction that may still be rolled back use
    ``write_when_committed``.
    """
    last = JournalEntry.objects.order_by("-seq").first()
    if last is None:
        return ""
    return put(Head(last.seq, last.hash), instant(last.at))


def put(head: Head, at: str) -> str:
    """Writes what is not there yet of a head's two files; ``at`` as ``journal_chain.instant`` writes it."""
    name = name_of(head)
    content = content_of(head, at)
    evidence.create(f"{name}.sig", signing.sign(content).to_json())
    evidence.create(f"{name}.json", content)
    return name


def complete(name: str) -> bool:
    """Writes the missing half of a head whose entry stands as it says; to be called when all entries hold."""
    seq = name.removeprefix(f"{FOLDER}/").partition("-")[0]
    last = JournalEntry.objects.filter(seq=int(seq)).first() if seq.isdecimal() and len(seq) == 20 else None
    if last is None or name_of(Head(last.seq, last.hash)) != name:
        return False
    put(Head(last.seq, last.hash), instant(last.at))
    return True


def content_of(head: Head, at: str) -> bytes:
    """The bytes that are signed."""
    return canonical({"at": at, "entries": head.seq, "hash": head.hash, "seq": head.seq})


def exists(name: str) -> bool:
    """Whether both files of a head are there."""
    return all(evidence.exists(f"{name}.{ending}") for ending in ("json", "sig"))


def every() -> Iterator[Found]:
    """All heads, in the order of their entries; raises OSError where the storage does not answer."""
    for stem, names in groupby(evidence.names(FOLDER), _stem):
        yield _read(stem, set(names))


def _read(stem: str, files: set[str]) -> Found:
    name = f"{FOLDER}/{stem}"
    for ending, what in (("json", "head"), ("sig", "signature")):
        if f"{stem}.{ending}" not in files:
            return Found(name, None, f"The {what} {name}.{ending} is missing.", half=True)
    content, signature = (evidence.read(f"{name}.{ending}", MOST_BYTES) for ending in ("json", "sig"))
    try:
        signed = signing.Signature.from_json(signature)
        if signed.key_id not in signing.known_key_ids():
            return Found(name, None, f"The head {name}.json is signed by the key {signed.key_id}, which is not ours.")
        signing.verify(content, signed, signed.key_id)
        fields = json.loads(content)
        head = Head(fields["seq"], fields["hash"])
    except (signing.SignatureError, ValueError, KeyError, TypeError) as error:
        return Found(name, None, f"The head {name}.json or its signature is damaged: {error}")
    if name_of(head) != name:
        return Found(name, None, f"The head {name}.json lies under a name that is not its own.")
    return Found(name, head)


def _stem(name: str) -> str:
    return name.rpartition(".")[0]
