"""Keys of requests that must act once: remembered for a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from offboarding.models import IdempotencyKey

KEPT = timedelta(days=1)


def forget_old(now: datetime) -> int:
    """Removes what is older; how many rows went. For cron."""
    return IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()[0]
