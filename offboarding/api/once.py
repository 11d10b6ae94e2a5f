"""A request that changes something acts once, however often it is sent (draft-ietf-httpapi-idempotency-key-header).

The key's row is committed first, so that everybody sees it. Then one transaction locks the row, calls the verb and
writes the answer into the row: a process that dies leaves either both or neither, and the next request takes over.
A refusal has changed nothing, so it frees the key.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from django.db import OperationalError, transaction
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from offboarding.api.problems import InFlight, KeyMissing, OtherRequest
from offboarding.models import IdempotencyKey

HEADER = "Idempotency-Key"
LONGEST = 255
Handler = Callable[..., Response]


def once(handler: Handler) -> Handler:
    """For a view's method that answers POST: asks for the header, and gives the first answer again."""

    @wraps(handler)
    def acted(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = _row(request)
        if row.status is not None:
            return _again(row)
        try:
            with transaction.atomic():
                row = _locked(row)
                if row.status is not None:
                    return _again(row)
                response = handler(view, request, *args, **kwargs)
                row.status, row.answer = response.status_code, json.loads(JSONRenderer().render(response.data))
                row.save(update_fields=["status", "answer"])
                return response
        except InFlight:
            raise
        except BaseException:
            IdempotencyKey.objects.filter(pk=row.pk, status=None).delete()
            raise

    return acted


def _row(request: Request) -> IdempotencyKey:
    """The row of this request's key, made where it is new."""
    key = request.headers.get(HEADER, "")
    if not 0 < len(key) <= LONGEST or not (key.isascii() and key.isprintable()):
        raise KeyMissing
    asked = [str(request.method).encode(), request.get_full_path().encode(), request._request.body]
    fingerprint = sha256(b"\n".join(asked)).hexdigest()
    row, _new = IdempotencyKey.objects.get_or_create(
        user=request.user, key=key, defaults={"fingerprint": fingerprint, "created_at": timezone.now()}
    )
    if row.fingerprint != fingerprint:
        raise OtherRequest
    return row


def _locked(row: IdempotencyKey) -> IdempotencyKey:
    """The row for us alone; ``InFlight`` where another request has it, or has just been refused and freed it."""
    try:
        return IdempotencyKey.objects.select_for_update(nowait=True).get(pk=row.pk)
    except (OperationalError, IdempotencyKey.DoesNotExist) as error:
        raise InFlight from error


def _again(row: IdempotencyKey) -> Response:
    return Response(row.answer, status=row.status, headers={"Idempotency-Replayed": "true"})
