"""What the header's search finds of exports: one by its number, ``#12`` or ``12``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from exports.models import ExportJob
from offboarding.search_cases import address_of, found_of, may_view
from offboarding.search_everywhere import Found, Hit

NUMBER = re.compile(r"#?([0-9]{1,18})")


def of_exports(words: str, user: Any) -> Iterator[Found]:
    """The export with this number; written with its ``#`` nothing else can be meant."""
    number = NUMBER.fullmatch(words)
    if number and may_view(ExportJob, user):
        jobs = ExportJob.objects.filter(pk=int(number[1])).select_related("customer").only("state", "customer")
        hits = [
            Hit(f"#{job.pk}", f"{job.customer} · {job.get_state_display()}", address_of(ExportJob, job.pk), exact=True)
            for job in jobs
        ]
        yield found_of(ExportJob, hits, words)
