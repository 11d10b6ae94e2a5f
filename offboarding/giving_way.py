"""Workers of the queue give way to people: a page is not slower because somebody's data is being packed.

An export may take hours and does not mind some minutes more; who waits for a page does.
"""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.dispatch import receiver
from django_q.signals import post_spawn


@receiver(post_spawn, dispatch_uid="giving-way")
def give_way(**_others: Any) -> None:
    """This process, and all that it starts, runs with ``WORKER_NICENESS`` (0: like all others, 19: when nobody else
    wants the processor), unless it has given way further already; see setpriority(2)."""
    os.setpriority(os.PRIO_PROCESS, 0, max(settings.WORKER_NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
