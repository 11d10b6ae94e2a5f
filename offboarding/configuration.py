"""Reads settings from the environment; every mistake is one ``ImproperlyConfigured`` that names the setting."""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from holidays import list_supported_countries

from offboarding import mail_configuration

T = TypeVar("T")
_PLATFORM_URL = re.compile(r"PLATFORM_(?:([A-Z0-9_]+)_)?URL")
_OWN_ENGINES = ("django.db.backends.postgresql", "django.db.backends.sqlite3")
_S3_OPTIONS = {"region", "addressing", "tls"}
_PLATFORM_STORAGE = re.compile(r"STORAGE_(PLATFORM_[A-Z0-9_]+)_URL")


class Environment:
    """Typed access to environment variables; relative paths count from ``base``."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.env = environ.Env()

    def _read(self, name: str, cast: Callable[[str], T], default: T | None, wanted: str) -> T:
        raw = os.environ.get(name, "").strip()
        if not raw:
            if default is None:
                raise ImproperlyConfigured(f"{name} is not set: {wanted}.")
            return default
        try:
            return cast(raw)
        except (ValueError, TypeError, environ.ImproperlyConfigured) as error:
            raise ImproperlyConfigured(f"{name} is not usable: {wanted}.") from error

    def text(self, name: str, *, default: str | None = None) -> str:
        return self._read(name, str, default, "a text is needed")

    def flag(self, name: str, *, default: bool) -> bool:
        def cast(raw: str) -> bool:
            return {"true": True, "1": True, "yes": True, "on": True,
                    "false": False, "0": False, "no": False, "off": False}[raw.lower()]  # fmt: skip

        try:
            return self._read(name, cast, default, "true or false")
        except KeyError as error:
            raise ImproperlyConfigured(f"{name} is not usable: true or false.") from error

    def words(self, name: str, *, default: list[str]) -> list[str]:
        return self._read(
            name, lambda raw: [word.strip() for word in raw.split(",") if word.strip()], default, "a list"
        )

    def location(self, name: str) -> str:
        """An address path of a web server's own, ``/packages/``; '' where there is none."""

        def cast(raw: str) -> str:
            if raw and not (raw.startswith("/") and raw.endswith("/") and len(raw) > 2):
                raise ValueError(raw)
            return raw

        return self._read(name, cast, "", "a path that begins and ends with a slash, such as /packages/")

    def whole(self, name: str, *, default: int, least: int, most: int | None = None) -> int:
        def cast(raw: str) -> int:
            number = int(raw)
            if number < least or (most is not None and number > most):
                raise ValueError(number)
            return number

        limits = f"{least} or more" if most is None else f"{least} to {most}"
        return self._read(name, cast, default, f"a whole number, {limits}")

    def day(self, name: str, *, default: date) -> date:
        return self._read(name, date.fromisoformat, default, "a date such as 2027-01-12")

    def path(self, name: str, *, default: Path) -> Path:
        return self._read(name, lambda raw: self.base / raw, default, "a path")

    def secret(self, name: str, *, debug_default: str | None) -> str:
        def cast(raw: str) -> str:
            if len(raw) < 50:
                raise ValueError("short")
            return raw

        return self._read(name, cast, debug_default, "50 or more random characters, or DEBUG=true for a first look")

    def database(self, name: str, *, default: str) -> dict[str, Any]:
        """The application's own database: PostgreSQL, or SQLite for a first look."""
        wanted = "a URL such as postgres://user:password@host:5432/name or sqlite:///path"
        config = self._read(name, self._database, self._database(default), wanted)
        if config["ENGINE"].endswith("sqlite3") and config["NAME"] != ":memory:":
            Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        return config

    def _database(self, url: str) -> dict[str, Any]:
        config = dict(environ.Env.db_url_config(url)) if urlsplit(url).scheme else {}
        if not config.get("NAME") or config.get("ENGINE") not in _OWN_ENGINES:
            raise ValueError("engine or name")
        if config["ENGINE"].endswith("sqlite3"):
            if config["NAME"] != ":memory:":
                config["NAME"] = str(self.base / config["NAME"])
            config["OPTIONS"] = {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            }
        return config

    def platform_urls(self, *, default: str) -> dict[str, str]:
        """Store key → database URL, from ``PLATFORM_URL`` (store ``platform``) and ``PLATFORM_<STORE>_URL``."""
        found = {
            (match[1] or "platform").lower(): self._read(name, self._platform_url, None, "a database URL is needed")
            for name, raw in os.environ.items()
            if (match := _PLATFORM_URL.fullmatch(name)) and raw.strip()
        }
        return found or {"platform": default}

    def _platform_url(self, url: str) -> str:
        scheme, separator, rest = url.partition("://")
        if not separator or not scheme or not rest:
            raise ValueError("URL")
        if scheme.startswith("sqlite") and rest.startswith("/") and rest[1:2] not in ("", "/", ":"):
            return f"{scheme}:///{self.base / rest[1:]}"
        return url

    def platform_storages(self, *, default: str) -> dict[str, dict[str, Any]]:
        """Storage alias → configuration, from ``STORAGE_PLATFORM_<NAME>_URL``; ``platform_media`` always exists."""
        names = {"STORAGE_PLATFORM_MEDIA_URL"} | {name for name in os.environ if _PLATFORM_STORAGE.fullmatch(name)}
        return {
            name.removeprefix("STORAGE_").removesuffix("_URL").lower(): self.storage(name, default=default)
            for name in sorted(names)
        }

    def storage(self, name: str, *, default: str) -> dict[str, Any]:
        """A file system (``file:///path``) or S3 (``s3://key:secret@host:port/bucket?region=…&tls=no``)."""
        wanted = "file:///path or s3://key:secret@host/bucket?region=eu-north-1"
        return self._read(name, self._storage, self._storage(default), wanted)

    def _storage(self, url: str) -> dict[str, Any]:
        parts = urlsplit(url)
        if parts.scheme == "file" and parts.path:
            return {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": str(self.base / unquote(parts.netloc + parts.path))},
            }
        if parts.scheme != "s3" or not parts.path.strip("/"):
            raise ValueError(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        if unknown := set(query) - _S3_OPTIONS:
            raise ValueError(f"unknown options {sorted(unknown)}")
        bucket, _, location = unquote(parts.path).strip("/").partition("/")
        host = parts.hostname and f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
        scheme = "http" if query.get("tls") == "no" else "https"
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": bucket,
                "location": location,
                "access_key": unquote(parts.username) if parts.username else None,
                "secret_key": unquote(parts.password) if parts.password else None,
                "endpoint_url": f"{scheme}://{host}" if host else None,
                "region_name": query.get("region"),
                "addressing_style": query.get("addressing", "auto"),
                "signature_version": "s3v4",
                "file_overwrite": False,
                "default_acl": None,
                "querystring_auth": True,
                "querystring_expire": 120,
                "max_memory_size": 8 * 1024 * 1024,
            },
        }

    def mail(self, name: str, *, default: str | None) -> dict[str, Any]:
        """Django's EMAIL settings; see ``mail_configuration.outgoing``."""
        wanted = "a URL such as smtp+tls://user:password@host:587 (without TLS only on this machine)"
        return mail_configuration.outgoing(
            self._read(name, self._usable(mail_configuration.outgoing), default, wanted), self.base
        )

    def _usable(self, read: Callable[[str, Path], object]) -> Callable[[str], str]:
        def cast(raw: str) -> str:
            read(raw, self.base)
            return raw

        return cast

    def inbox(self, name: str) -> mail_configuration.Inbox | None:
        """The mailbox of ``fetch_notices``; None where it is not set."""
        if not os.environ.get(name, "").strip():
            return None
        wanted = "a URL such as imaps://user:password@host/INBOX?done=Done&problem=Problem"
        return self._read(name, mail_configuration.inbox, None, wanted)

    def mail_address(self, name: str, *, default: str | None) -> str:
        return self._read(name, mail_configuration.address, default, "an address such as notices@example.com")

    def web_address(self, name: str, *, default: str | None) -> str:
        return self._read(
            name, mail_configuration.web_address, default, "an address such as https://offboarding.example.com"
        )

    def country(self, name: str, *, default: str) -> str:
        """A country whose public holidays the ``holidays`` library knows (ISO 3166-1 alpha-2)."""

        def cast(raw: str) -> str:
            if raw not in list_supported_countries():
                raise ValueError(raw)
            return raw

        return self._read(name, cast, default, "the two letters of a country, such as SE")

    def seeds(self, name: str) -> list[bytes]:
        """Ed25519 seeds that sign nothing any more and still prove what they signed."""
        parts = self.words(name, default=[])
        return self._read(name, lambda _raw: [_seed(part) for part in parts], [], "base64 seeds, commas between them")

    def signing_key(self, name: str, *, debug_file: Path | None) -> bytes:
        """The 32-byte Ed25519 seed (RFC 8032), base64 in the environment; a first look makes and keeps one."""
        wanted = "the base64 of 32 random bytes (openssl rand -base64 32), or DEBUG=true for a first look"
        if debug_file is not None and not os.environ.get(name, "").strip():
            return self._kept_seed(name, debug_file)
        return self._read(name, _seed, None, wanted)

    @staticmethod
    def _kept_seed(name: str, file: Path) -> bytes:
        """The seed in ``file``, made at first use; appearing whole or not at all, also when two processes start."""
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
            draft.touch(mode=0o600)
            draft.write_bytes(base64.b64encode(secrets.token_bytes(32)))
            with contextlib.suppress(FileExistsError):
                os.link(draft, file)
            draft.unlink()
        try:
            return _seed(file.read_text())
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} is not set, and {file} holds no key; remove that file.") from error


def _seed(raw: str) -> bytes:
    try:
        seed = base64.b64decode(raw, validate=True)
    except binascii.Error as error:
        raise ValueError("base64") from error
    if len(seed) != 32:
        raise ValueError("length")
    return seed
