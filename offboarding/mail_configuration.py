"""What the mail settings mean: URLs and addresses as plain values; ``ValueError`` for what cannot be meant."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_SMTP = {"smtp": (25, {}), "smtp+tls": (587, {"EMAIL_USE_TLS": True}), "smtp+ssl": (465, {"EMAIL_USE_SSL": True})}
_IMAP = {"imaps": 993, "imap": 143}
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Inbox:
    """The mailbox that notices come to (IMAP4rev1, RFC 3501), and the folders that read mails are moved to.

    ``certificates`` names a file of certificates to trust beside the machine's own, e.g. a private authority's.
    """

    host: str
    port: int
    user: str
    password: str
    tls: bool
    folder: str
    done: str
    problem: str
    certificates: str = ""

    def __repr__(self) -> str:
        return f"Inbox({self.user}@{self.host}:{self.port}/{self.folder})"


def outgoing(url: str, base: Path) -> dict[str, Any]:
    """Django's EMAIL settings of ``smtp+tls://user:password@host:587`` (STARTTLS), ``smtp+ssl://…`` (TLS from the
    start), ``smtp://…`` (no TLS: only to this machine), ``filemail:///folder`` or ``console://``.
    """
    parts = urlsplit(url)
    if parts.scheme == "filemail" and parts.path:
        return _backend("filebased") | {"EMAIL_FILE_PATH": str(base / unquote(parts.netloc + parts.path))}
    if parts.scheme == "console":
        return _backend("console")
    port, secure = _SMTP.get(parts.scheme, (0, {}))
    if not port or not parts.hostname or not (secure or _on_this_machine(parts.hostname)):
        raise ValueError(url)
    return _backend("smtp") | {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        **secure,
    }


def inbox(url: str) -> Inbox:
    """``imaps://user:password@host:993/INBOX?done=Done&problem=Problem``; without TLS only on this machine."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    known = {"done", "problem", "certificates"}
    if parts.scheme not in _IMAP or not (parts.hostname and parts.username and parts.password) or set(query) - known:
        raise ValueError(url)
    if parts.scheme == "imap" and not _on_this_machine(parts.hostname):
        raise ValueError(url)
    folders = [unquote(parts.path).strip("/") or "INBOX", query.get("done", "Done"), query.get("problem", "Problem")]
    if len(set(folders)) < len(folders):
        raise ValueError("the folders must differ")
    return Inbox(
        host=parts.hostname,
        port=parts.port or _IMAP[parts.scheme],
        user=unquote(parts.username),
        password=unquote(parts.password),
        tls=parts.scheme == "imaps",
        folder=folders[0],
        done=folders[1],
        problem=folders[2],
        certificates=query.get("certificates", ""),
    )


def address(raw: str) -> str:
    """One plain mail address, its domain in lower case."""
    if not _ADDRESS.fullmatch(raw):
        raise ValueError(raw)
    local, _at, domain = raw.rpartition("@")
    return f"{local}@{domain.lower()}"


def web_address(raw: str) -> str:
    """``https://host`` or ``http://host:port``, without a slash at its end."""
    parts = urlsplit(raw)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError(raw)
    return raw.rstrip("/")


def _backend(name: str) -> dict[str, Any]:
    return {"EMAIL_BACKEND": f"django.core.mail.backends.{name}.EmailBackend"}


def _on_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
