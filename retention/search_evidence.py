"""What the header's search finds of evidence: certificates by number, code, SHA-256 or the name the customer had."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from offboarding.search_cases import address_of, found_of, may_view
from offboarding.search_everywhere import MOST, Found, Hit
from retention.models import Certificate

NUMBER = re.compile(r"C-([0-9]{1,9})", re.IGNORECASE)
CODE = re.compile(r"([0-9A-Z]{4})-?([0-9A-Z]{4})-?([0-9A-Z]{4})")
DIGEST = re.compile(r"[0-9a-f]{64}")


def of_evidence(words: str, user: Any) -> Iterator[Found]:
    """Certificates by their keys, else by the name that the customer had."""
    if not may_view(Certificate, user):
        return
    exactly = _key(words)
    found = Certificate.objects.filter(exactly if exactly is not None else Q(customer_name__icontains=words))
    hits = [
        Hit(
            one.number,
            f"{one.customer_name} · {one.get_occasion_display()}",
            address_of(Certificate, one.pk),
            bool(exactly),
        )
        for one in found.only("sequence", "customer_name", "occasion")[: MOST + 1]
    ]
    yield found_of(Certificate, hits, words)


def _key(words: str) -> Q | None:
    """The condition that a key of a certificate is; None where the words are none."""
    if number := NUMBER.fullmatch(words):
        return Q(sequence=int(number[1]))
    if digest := DIGEST.fullmatch(words.lower()):
        return Q(sha256=digest[0])
    if code := CODE.fullmatch(words.upper().translate(str.maketrans("OIL", "011"))):
        return Q(code="-".join(code.groups()))
    return None
