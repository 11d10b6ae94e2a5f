"""A bucket: every version, delete marker and unfinished upload, by exact key."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, cast
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError

from retention.erasers.file_codes import FileCode
from retention.erasers.file_findings import Problem, shown
from retention.erasers.findings import BusyError, EraserError, Refusal
from retention.erasers.places.place import MOST, Entry, ErasingPlace, Kind, Lock, Outcome
from retention.erasers.places.s3_client import AT_ONCE, client_of, code_of, is_busy, listed, told

_NOT_THERE = {"NoSuchKey", "NoSuchVersion", "NoSuchUpload", "404"}
_NO_LOCKS = {
    "ObjectLockConfigurationNotFoundError",
    "NoSuchObjectLockConfiguration",
    "InvalidRequest",
    "NotImplemented",
    "MethodNotAllowed",
    "404",
}
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
Page = dict[str, Any]


class S3Place(ErasingPlace):
    """``storage`` is django-storages' ``S3Storage``; its ``location`` is not part of our paths."""

    name = "S3"
    at_once = AT_ONCE

    def __init__(self, storage: Any) -> None:
        self.bucket = str(storage.bucket_name)
        location = str(storage.location or "").strip("/")
        self.base = f"{location}/" if location else ""
        self.client = client_of(storage)
        self._locking: bool | None = None

    def reach(self) -> None:
        self._first()

    def identity(self) -> str:
        return f"{self.bucket}/{self.base}"

    def same(self, before: str) -> bool:
        return before in ("", self.identity())

    def empty(self) -> bool:
        return not self._first()

    def _first(self) -> Page:
        with listed(self.base):
            page: Page = self.client.list_objects_v2(Bucket=self.bucket, Prefix=self.base, MaxKeys=1)
        return page if page.get("Contents") else {}

    def survey(self, prefix: str) -> tuple[list[Refusal], list[Problem]]:
        problems = []
        if copies := self._replicated():
            problems.append(Problem(FileCode.REPLICATED, {"target": copies}))
        try:
            self.locking()
        except EraserError as error:
            self._locking = False
            problems.append(Problem(FileCode.LOCKS_UNKNOWN, {"bucket": self.bucket, "reason": str(error)}))
        return [], problems

    def _replicated(self) -> str:
        """The buckets that get a copy of every object; '' for none, or where the server does not tell."""
        try:
            answer = self.client.get_bucket_replication(Bucket=self.bucket)
        except ClientError:
            return ""
        rules = answer.get("ReplicationConfiguration", {}).get("Rules", ())
        return ", ".join(sorted({str(rule.get("Destination", {}).get("Bucket", "")) for rule in rules}))

    def close(self) -> None:
        self.client.close()

    # Listing

    def entries(self, prefix: str, *, hindered: list[Refusal] | None = None) -> Iterator[Entry]:
        yield from self._versions(self.base + prefix)
        yield from self._uploads(self.base + prefix)

    def exactly(self, path: str) -> list[Entry]:
        """The key itself is the first of all keys that begin with it."""
        found: list[Entry] = []
        for listing in (self._versions, self._uploads):
            for entry in listing(self.base + path):
                if entry.path != path:
                    break
                found.append(entry)
        return found

    def _versions(self, prefix: str) -> Iterator[Entry]:
        marker: dict[str, str] = {}
        while True:
            with listed(prefix):
                page = self.client.list_object_versions(Bucket=self.bucket, Prefix=prefix, MaxKeys=MOST, **marker)
            yield from sorted(self._entries_of(page), key=lambda entry: entry.path)
            if not page.get("IsTruncated"):
                return
            marker = _following(page, "VersionIdMarker")

    def _entries_of(self, page: Page) -> Iterator[Entry]:
        for one in page.get("Versions", ()):
            kind = Kind.FILE if one.get("IsLatest") else Kind.VERSION
            yield Entry(self._path(one["Key"]), kind, int(one.get("Size", 0)), one.get("VersionId") or "null")
        for one in page.get("DeleteMarkers", ()):
            yield Entry(self._path(one["Key"]), Kind.MARKER, 0, one.get("VersionId") or "null")

    def _uploads(self, prefix: str) -> Iterator[Entry]:
        marker: dict[str, str] = {}
        while True:
            page = self._page_of_uploads(prefix, marker)
            for one in page.get("Uploads", ()):
                if one["Key"].startswith(prefix):  # some servers give all uploads of the bucket
                    size = self._parts(one["Key"], one["UploadId"])
                    yield Entry(self._path(one["Key"]), Kind.UPLOAD, size, one["UploadId"])
            if not page.get("IsTruncated"):
                return
            marker = _following(page, "UploadIdMarker")

    def _page_of_uploads(self, prefix: str, marker: dict[str, str]) -> Page:
        """Keys as they are. Ceph encodes them when asked to without saying that it did, moto does not: then the plain
        answer is taken, which is exact but for characters that XML cannot hold."""
        with listed(prefix):
            ask = partial(self.client.list_multipart_uploads, Bucket=self.bucket, Prefix=prefix, MaxUploads=MOST)
            page: Page = ask(EncodingType="url", **marker)
            if not page.get("Uploads") and not page.get("IsTruncated"):
                return page
            if page.get("EncodingType") != "url":
                return cast(Page, ask(**marker))
        for one in page.get("Uploads", ()):
            one["Key"] = unquote_plus(one["Key"])
        return page | {"NextKeyMarker": unquote_plus(page.get("NextKeyMarker", ""))}

    def _parts(self, key: str, upload: str) -> int:
        """Bytes of the parts that an unfinished upload has; 0 where the answer could not be read."""
        size = number = 0
        if _NOT_IN_XML.search(key):
            return size
        while True:
            page = self._asked("list_parts", key, UploadId=upload, PartNumberMarker=number)
            size += sum(int(part["Size"]) for part in page.get("Parts", ()))
            if not page.get("IsTruncated"):
                return size
            number = int(page["NextPartNumberMarker"])

    def _asked(self, operation: str, key: str, **details: Any) -> Page:
        """The answer about one object; {} where it is not there."""
        with told(f"{operation} of {shown(key)}"):
            try:
                answer: Page = getattr(self.client, operation)(Bucket=self.bucket, Key=key, **details)
            except ClientError as error:
                if code_of(error) in _NOT_THERE:
                    return {}
                raise
        return answer

    def _path(self, key: str) -> str:
        return key.removeprefix(self.base)

    # Locks

    def locking(self) -> bool:
        """Whether objects of the bucket may be locked."""
        if self._locking is None:
            try:
                answer = self.client.get_object_lock_configuration(Bucket=self.bucket)
                self._locking = answer.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled"
            except ClientError as error:
                if code_of(error) not in _NO_LOCKS:
                    with told("Whether objects are locked"):
                        raise
                self._locking = False
        return self._locking

    def locks(self, entries: Sequence[Entry]) -> dict[Entry, Lock]:
        wanted = [entry for entry in entries if entry.kind in (Kind.FILE, Kind.VERSION)]
        if not wanted or not self.locking():
            return {}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = zip(wanted, pool.map(self._lock, wanted), strict=True)
            return {entry: lock for entry, lock in found if lock is not None}

    def _lock(self, entry: Entry) -> Lock | None:
        head = self._asked("head_object", self.base + entry.path, VersionId=entry.version)
        until = head.get("ObjectLockRetainUntilDate")
        if head.get("ObjectLockLegalHoldStatus") == "ON":
            return Lock("legal hold", "")
        if until is None or until <= dt.datetime.now(dt.UTC):
            return None
        return Lock(str(head.get("ObjectLockMode") or "retention"), until.astimezone(dt.UTC).isoformat())

    # Deleting

    def delete(self, entries: Sequence[Entry]) -> Outcome:
        together = [one for one in entries if one.kind is not Kind.UPLOAD and not _NOT_IN_XML.search(one.path)]
        alone = [one for one in entries if one.kind is Kind.UPLOAD or _NOT_IN_XML.search(one.path)]
        outcome = self._together(together) if together else Outcome(0, 0, {})
        for entry in alone:
            outcome = self._alone(entry, outcome)
        denied = [entry for entry in outcome.failed if entry.kind is not Kind.UPLOAD]
        for entry, lock in self._why(denied).items():
            outcome.failed[entry] = f"locked ({lock.why}), until {lock.until or 'it is lifted'}"
        return outcome

    def _together(self, entries: list[Entry]) -> Outcome:
        """Nothing that the answer does not name as deleted is counted."""
        names = {(self.base + entry.path, entry.version): entry for entry in entries}
        objects = [{"Key": key, "VersionId": version} for key, version in names]
        with told("Objects cannot be deleted"):
            answer = self.client.delete_objects(Bucket=self.bucket, Delete={"Objects": objects, "Quiet": False})
        deleted = {_named(one) for one in answer.get("Deleted", ())}
        stayed: set[Entry] = set()
        failed: dict[Entry, str] = {}
        busy = ""
        for one in answer.get("Errors", ()):
            code = str(one.get("Code", ""))
            reason = f"{code}: {one.get('Message', '')}"
            found = [names[_named(one)]] if _named(one) in names else _of_key(names, one.get("Key", ""), deleted)
            stayed.update(found)
            if is_busy(code) or not found:
                busy = reason
            elif code not in _NOT_THERE:
                failed |= dict.fromkeys(found, reason)
        went = min(len(answer.get("Deleted", ())), len(entries) - len(stayed))
        if not (went or stayed or busy):
            raise EraserError("The file store answered, but did not say that it deleted anything.")
        size = sum(entry.size for entry in entries if entry not in stayed)
        return Outcome(went, size if went else 0, failed, busy)

    def _alone(self, entry: Entry, before: Outcome) -> Outcome:
        key = self.base + entry.path
        try:
            if entry.kind is Kind.UPLOAD:
                answer = self._asked("abort_multipart_upload", key, UploadId=entry.version)
            else:
                answer = self._asked("delete_object", key, VersionId=entry.version)
        except BusyError as error:
            return before._replace(busy=str(error))
        except EraserError as error:
            return before._replace(failed={**before.failed, entry: str(error)})
        if not answer:
            return before
        return before._replace(objects=before.objects + 1, bytes=before.bytes + entry.size)

    def _why(self, denied: Sequence[Entry]) -> dict[Entry, Lock]:
        try:
            return self.locks(denied)
        except EraserError:
            return {}


def _named(one: Page) -> tuple[str, str]:
    return str(one.get("Key", "")), str(one.get("VersionId") or "null")


def _of_key(names: dict[tuple[str, str], Entry], key: str, deleted: set[tuple[str, str]]) -> list[Entry]:
    """Some servers do not say which version an error is about."""
    return [entry for name, entry in names.items() if name[0] == key and name not in deleted]


def _following(page: Page, second: str) -> dict[str, str]:
    """Where the next page begins. Raises ``EraserError`` where a server breaks off without saying it."""
    key = page.get("NextKeyMarker")
    if not key:
        raise EraserError("The file store says that there is more, but not where it goes on.")
    return {"KeyMarker": key} | ({second: page[f"Next{second}"]} if page.get(f"Next{second}") else {})
