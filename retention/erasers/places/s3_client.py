"""A client of our own for deleting in a bucket, made from the settings of django-storages."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from retention.erasers.file_codes import FileCode
from retention.erasers.file_findings import shown
from retention.erasers.findings import BusyError, EraserError, Refusal, RefusedError

AT_ONCE = 8
"""Requests that run beside each other where each is about one object."""
_BUSY = {
    "SlowDown",
    "InternalError",
    "ServiceUnavailable",
    "RequestTimeout",
    "RequestLimitExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
    "OperationAborted",
    "Busy",
}
# One batch may not take long, whoever waits for the lock that is held meanwhile: few attempts, then BusyError.
_CONFIG = Config(
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    retries={"mode": "standard", "total_max_attempts": 3},
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=AT_ONCE + 2,
)


def client_of(storage: Any) -> Any:
    """A boto3 client with the storage's address, keys and certificates; ``storage`` is an ``S3Storage``."""
    if storage.session_profile:
        session = boto3.Session(profile_name=storage.session_profile)
    else:
        session = boto3.Session(storage.access_key, storage.secret_key, storage.security_token)
    client = session.client(
        "s3",
        region_name=storage.region_name,
        use_ssl=storage.use_ssl,
        endpoint_url=storage.endpoint_url,
        config=storage.client_config.merge(_CONFIG),
        verify=storage.verify,
    )
    client.meta.events.register_last("before-call.s3.DeleteObjects", _with_md5)
    return client


def _with_md5(params: dict[str, Any], **_rest: Any) -> None:
    """Content-MD5 instead of the CRC32 that boto3 sends since 1.36: every server knows it, and some insist on it."""
    params["context"].pop("checksum", None)
    digest = hashlib.md5(params["body"], usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = base64.b64encode(digest).decode()


def is_busy(code: str) -> bool:
    """Whether the server says that trying again may help."""
    return code in _BUSY or (len(code) == 3 and code.startswith("5"))


def code_of(error: ClientError) -> str:
    """The server's code; the number of the HTTP status where it says nothing else, as after HEAD."""
    told = error.response.get("Error", {})
    return str(told.get("Code") or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))


@contextmanager
def listed(prefix: str) -> Iterator[None]:
    """A listing that the server will not give is a refusal: nothing may be taken for empty."""
    try:
        with told("it cannot be listed"):
            yield
    except (BusyError, RefusedError):
        raise
    except EraserError as error:
        facts = {"prefix": shown(prefix), "reason": str(error)}
        raise RefusedError((Refusal(FileCode.NOT_LISTED, facts),)) from error


@contextmanager
def told(what: str) -> Iterator[None]:
    """The service's errors in the words of ``findings``; ``what`` was asked for."""
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        reason = f"{code}: {error.response.get('Error', {}).get('Message') or 'no reason given'}"
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if is_busy(code) or status >= 500:
            raise BusyError(f"The file store is busy: {reason}") from error
        if code == "NoSuchBucket":
            raise RefusedError((Refusal(FileCode.STORE_GONE, {"reason": reason}),)) from error
        raise EraserError(f"{what}: {reason}") from error
    except HTTPClientError as error:
        raise BusyError(f"The file store does not answer: {error}") from error
    except BotoCoreError as error:
        raise EraserError(f"{what}: {error}") from error
