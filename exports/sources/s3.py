"""Files in a bucket, by exact key: django-storages itself would normalise names such as ``a//b``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import Storage
from urllib3.exceptions import HTTPError

from exports.sources.places import CHUNK, FileChanged, FileVanished, OpenFile, Place, Problem, unsafe

_MISSING = {
    "404": "no such file",
    "NoSuchKey": "no such file",
    "403": "may not be read (permission denied)",
    "AccessDenied": "may not be read (permission denied)",
    "InvalidObjectState": "archived; restore it first",
    "KeyTooLongError": "no such file (the name is too long)",
}
_CHANGED = {"PreconditionFailed", "412", "InvalidRange", "416"}
_BROKEN = (BotoCoreError, HTTPError, OSError)
_TRIES = 5


class S3Place(Place):
    """``storage`` is django-storages' ``S3Storage``; its ``location`` is not part of our paths."""

    at_once = 8

    def __init__(self, storage: Storage) -> None:
        settings: Any = storage
        self.bucket = str(settings.bucket_name)
        self.client = settings.connection.meta.client
        location = str(settings.location or "").strip("/")
        self.base = f"{location}/" if location else ""

    def reach(self) -> None:
        try:
            with _answers():
                self.client.list_objects_v2(Bucket=self.bucket, Prefix=self.base, MaxKeys=1)
        except FileVanished:
            return  # may not be listed, which does not keep single objects from being read

    def list(self, prefix: str, problem: Problem) -> Iterator[tuple[str, int]]:
        """Keys that end with ``/`` and hold nothing are the marks of folders that consoles make, and no files."""
        with _answers(of_one_file=False):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.base + prefix)
            for page in pages:
                for entry in page.get("Contents", ()):
                    key, size = str(entry["Key"]), int(entry["Size"])
                    if size or not key.endswith("/"):
                        yield key.removeprefix(self.base), size

    def size(self, path: str) -> int:
        if reason := unsafe(path):
            raise FileVanished(reason)
        with _answers():
            return int(self.client.head_object(Bucket=self.bucket, Key=self.base + path)["ContentLength"])

    @contextmanager
    def open(self, path: str) -> Iterator[OpenFile]:
        """The answer to one GET is one state of the object, whatever is put or deleted meanwhile."""
        if reason := unsafe(path):
            raise FileVanished(reason)
        file = _S3File(self, self.base + path)
        try:
            yield file
        finally:
            file.body.close()


class _S3File:
    def __init__(self, place: S3Place, key: str) -> None:
        self._place, self._key = place, key
        with _answers():
            answer = place.client.get_object(Bucket=place.bucket, Key=key)
        self.size = int(answer["ContentLength"])
        self._tag = answer["ETag"]
        self.body = answer["Body"]

    def chunks(self) -> Iterator[bytes]:
        """A broken connection is taken up again where it broke, as long as the object is still the same."""
        seen = tries = 0
        while seen < self.size:
            try:
                data = self.body.read(min(CHUNK, self.size - seen))
            except _BROKEN as error:
                data = b""
                reason = str(error)
            else:
                reason = "the server closed the connection"
            if data:
                seen += len(data)
                yield data
                continue
            tries += 1
            if tries > _TRIES:
                raise FileChanged(f"broke off after {seen} of {self.size} bytes, {_TRIES} times: {reason}")
            time.sleep(0.2 * 2**tries if tries > 1 else 0)
            self._resume(seen)

    def _resume(self, seen: int) -> None:
        self.body.close()
        with _answers():
            answer = self._place.client.get_object(
                Bucket=self._place.bucket, Key=self._key, Range=f"bytes={seen}-", IfMatch=self._tag
            )
        self.body = answer["Body"]


@contextmanager
def _answers(*, of_one_file: bool = True) -> Iterator[None]:
    """The service's refusals in the words of ``Place``."""
    try:
        yield
    except ClientError as error:
        told = error.response.get("Error", {})
        code = str(told.get("Code", ""))
        if of_one_file and code in _CHANGED:
            raise FileChanged("was replaced while it was being read") from error
        if of_one_file and code in _MISSING:
            raise FileVanished(_MISSING[code]) from error
        raise OSError(f"{code}: {told.get('Message') or error}") from error
    except BotoCoreError as error:
        raise OSError(str(error)) from error
