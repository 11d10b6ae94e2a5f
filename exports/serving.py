"""A file of a package over HTTP: whole or a part, to be gone on with after a break (RFC 9110). No rule about people.

From a file system the bytes go through in blocks, or nginx sends them (``DOWNLOAD_ACCEL_LOCATION``); from S3 the
browser fetches them itself, with an address that is made for this one request and ends after a minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any, TypeVar
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.utils.http import content_disposition_header

from exports import delivery
from exports.downloads import Item
from exports.ranges import Range, UnsatisfiableError, asked_for, one_of, same

R = TypeVar("R", bound=HttpResponseBase)
BLOCK = 256 * 1024
LINK_SECONDS = 60
"""How long an address of S3 can be begun with."""
TYPES = {
    ".zip": "application/zip",
    ".json": "application/json",
    ".py": "text/x-python; charset=utf-8",
    ".sha256": "text/plain; charset=utf-8",
}


def first_byte(request: HttpRequest, item: Item) -> int:
    """Where the transfer begins that this request asks for."""
    try:
        part = _part(request, item, item.bytes)
    except UnsatisfiableError:
        return 0
    return part.first if part else 0


def answer(request: HttpRequest, item: Item) -> HttpResponseBase:
    """200, 206, 304 or 416 with the file; a redirect to S3; or a word to nginx. ``FileNotFoundError``, ``OSError``."""
    if request.method == "GET" and item.stored and (address := _elsewhere(item)):
        return _referred(HttpResponseRedirect(address))
    if _unchanged(request, item):
        return _with_headers(HttpResponse(status=304), item)
    leave = request.method == "GET" and item.stored and settings.DOWNLOAD_ACCEL_LOCATION
    size = (not leave and item.bytes) or delivery.storage().size(item.stored)  # what is gone is noticed before nginx
    try:
        part = _part(request, item, size)
    except UnsatisfiableError:
        refused = HttpResponse(status=416)
        refused.headers["Content-Range"] = f"bytes */{size}"
        return _with_headers(refused, item)
    return _left_to_nginx(item) if leave else _sent(request, item, part, size)


def sends_data(response: HttpResponseBase, request: HttpRequest) -> bool:
    """Whether the answer gives any of the file away, or the way to it."""
    return request.method == "GET" and response.status_code in (200, 206, 302)


def _part(request: HttpRequest, item: Item, size: int) -> Range | None:
    wanted, unless = request.headers.get("Range", ""), request.headers.get("If-Range", "")
    if not wanted or not size or (unless and _own_tags() and not same(_tag(item), unless)):
        return None
    return asked_for(wanted, size)


def _unchanged(request: HttpRequest, item: Item) -> bool:
    held = request.headers.get("If-None-Match", "")
    return bool(held and item.sha256 and one_of(_tag(item), held))


def _own_tags() -> bool:
    """Whether what sends the file uses our tags: nginx is told them, S3 has its own and looks at If-Range itself."""
    return not hasattr(delivery.storage(), "bucket")


def _tag(item: Item) -> str:
    return f'"{item.sha256}"'


def _sent(request: HttpRequest, item: Item, part: Range | None, size: int) -> HttpResponseBase:
    sent, status = (part, 206) if part else (Range(0, size - 1), 200)
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(status=status)
    elif item.text:
        response = HttpResponse(item.text.encode()[sent.first : sent.last + 1], status=status)
    else:
        response = StreamingHttpResponse(_Blocks(item.stored, sent), status=status)
    response.headers["Content-Length"] = str(sent.length)
    if part:
        response.headers["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
    return _with_headers(response, item)


class _Blocks:
    """The bytes of a part, read as they are sent; the file is open from the start, so that what is gone is noticed."""

    def __init__(self, name: str, part: Range) -> None:
        self._file: IO[Any] = delivery.storage().open(name, "rb")
        self._file.seek(part.first)
        self._left = part.length

    def __iter__(self) -> Iterator[bytes]:
        while self._left > 0:
            block = self._file.read(min(BLOCK, self._left))
            if not block:
                raise OSError("the stored file is shorter than its record")  # the connection breaks, nothing is made up
            self._left -= len(block)
            yield block

    def close(self) -> None:
        self._file.close()


def _elsewhere(item: Item) -> str:
    """An address of S3 for this one file, for a minute; '' for other storages."""
    storage: Any = delivery.storage()
    if not hasattr(storage, "bucket"):
        return ""
    told = {"ResponseContentDisposition": _disposition(item), "ResponseContentType": _type(item)}
    return str(storage.url(item.stored, parameters=told, expire=LINK_SECONDS))


def _referred(response: HttpResponseRedirect) -> HttpResponseRedirect:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _left_to_nginx(item: Item) -> HttpResponse:
    response = _with_headers(HttpResponse(), item)
    response.headers["X-Accel-Redirect"] = settings.DOWNLOAD_ACCEL_LOCATION + quote(item.stored)
    return response


def _with_headers(response: R, item: Item) -> R:
    """``no-cache``: kept in the reader's own store only to be asked about again, so that each use is authorised."""
    response.headers["Content-Type"] = _type(item)
    response.headers["Content-Disposition"] = _disposition(item)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Accept-Ranges"] = "bytes"
    if item.sha256 and _own_tags():
        response.headers["ETag"] = _tag(item)
    return response


def _type(item: Item) -> str:
    suffix = item.name[item.name.rfind(".") :] if "." in item.name else ""
    return TYPES.get(suffix, "application/octet-stream" if suffix else "text/plain; charset=utf-8")


def _disposition(item: Item) -> str:
    return content_disposition_header(True, item.name) or "attachment"
