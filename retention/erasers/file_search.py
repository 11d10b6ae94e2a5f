"""The independent search for what is left of a tenant's files: by the storage's own client and the export's reading,
not by what deletes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.files.storage import Storage

from exports.datamap import FileStore
from exports.sources.files import listing
from offboarding.storing import answering
from retention.erasers.file_findings import EXAMPLES, Keeps, shown
from retention.erasers.findings import BusyError, Leftover
from retention.erasers.naming import NamedFiles
from retention.erasers.prefixes import prefix_of

_GROUP = 1000


def leftovers(
    store: FileStore, storage: Storage, tenant_key: str, named: NamedFiles, keeps: Keeps | None
) -> list[Leftover]:
    """Everything found; [] when there is nothing. ``table`` is the store, ``column`` the prefix.

    A leftover that is not ``certain`` may be somebody else's, or be named by rows that stay: a person looks at it.
    """
    found: list[Leftover] = []
    try:
        with answering():
            for prefix in store.prefixes:
                below = prefix_of(prefix.prefix, tenant_key)
                free = (path for path in _paths(storage, below) if not (keeps and keeps(path, prefix.category)))
                found += _told(store.key, below, free, named)
                found += _alike(store.key, storage, prefix.prefix, tenant_key)
    except OSError as error:
        raise BusyError(f"The file store {store.key} cannot be searched: {error}") from error
    return found


def _told(store: str, prefix: str, paths: Iterator[str], named: NamedFiles) -> Iterator[Leftover]:
    counts = {True: 0, False: 0}
    some: dict[bool, list[str]] = {True: [], False: []}
    while group := list(islice(paths, _GROUP)):
        staying = named.who(store, list(dict.fromkeys(group)), exact=True)
        for path in group:
            certain = path not in staying
            counts[certain] += 1
            some[certain] = sorted({*some[certain], shown(path)})[:EXAMPLES]
    for certain, why in ((True, "files below the tenant's prefix"), (False, "files that rows name which stay")):
        if counts[certain]:
            yield Leftover(store, prefix, why, counts[certain], tuple(some[certain]), certain)


def _paths(storage: Any, prefix: str) -> Iterator[str]:
    """Every file, older version, delete marker, unfinished upload, link and special file."""
    problems: list[str] = []
    if not (hasattr(storage, "bucket_name") and hasattr(storage, "connection")):
        for path, _ in listing(storage, prefix, lambda path, _reason: problems.append(path)):
            yield path
        yield from problems
        return
    client, base = storage.connection.meta.client, str(storage.location or "").strip("/")
    base = f"{base}/" if base else ""
    for operation, parts in (
        ("list_object_versions", ("Versions", "DeleteMarkers")),
        ("list_multipart_uploads", ("Uploads",)),
    ):
        for page in client.get_paginator(operation).paginate(Bucket=storage.bucket_name, Prefix=base + prefix):
            for part in parts:
                for one in page.get(part, ()):
                    yield str(one["Key"]).removeprefix(base)


def _alike(store: str, storage: Storage, pattern: str, tenant_key: str) -> Iterator[Leftover]:
    """Folders beside the tenant's whose name a person would read as the same key."""
    head = pattern.partition("{tenant}")[0]
    folder, _, begin = head.rpartition("/")
    alike = []
    if not folder or hasattr(storage, "bucket_name") or storage.exists(folder):
        for name in storage.listdir(folder)[0]:
            key = name.removeprefix(begin)
            if name.startswith(begin) and key != tenant_key and _plain(key) == _plain(tenant_key):
                alike.append(f"{folder}/{name}" if folder else name)
    if alike:
        why = "folders that are called almost like the tenant's"
        yield Leftover(store, head, why, len(alike), tuple(map(shown, sorted(alike)[:EXAMPLES])), certain=False)


def _plain(key: str) -> str:
    return unicodedata.normalize("NFKC", key).casefold().strip()
