"""Reads settings from the environment; every mistake is one ``ImproperlyConfigured`` that names the setting."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
_PLATFORM_URL = re.compile(r"PLATFORM_(?:([A-Z0-9_]+)_)?URL")
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

    def whole(self, name: str, *, default: int, least: int) -> int:
        def cast(raw: str) -> int:
            number = int(raw)
            if number < least:
                raise ValueError(number)
            return number

        return self._read(name, cast, default, f"a whole number, {least} or more")

    def path(self, name: str, *, default: Path) -> Path:
        return self._read(name, lambda raw: self.base / raw, default, "a path")

    def secret(self, name: str, *, debug_default: str | None) -> str:
        def cast(raw: str) -> str:
            if len(raw) < 50:
                raise ValueError("short")
            return raw

        return self._read(name, cast, debug_default, "50 or more random characters, or DEBUG=true for a first look")

    def database(self, name: str, *, default: str) -> dict[str, Any]:
        wanted = "a URL such as postgres://user:password@host:5432/name or sqlite:///path"
        config = self._read(name, environ.Env.db_url_config, environ.Env.db_url_config(default), wanted)
        if not config.get("ENGINE"):
            raise ImproperlyConfigured(f"{name} is not usable: {wanted}.")
        if config["ENGINE"].endswith("sqlite3"):
            Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
            config["OPTIONS"] = {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            }
        return dict(config)

    def platform_urls(self, *, default: str) -> dict[str, str]:
        """Store key → database URL, from ``PLATFORM_URL`` (store ``platform``) and ``PLATFORM_<STORE>_URL``."""
        found = {
            (match[1] or "platform").lower(): raw.strip()
            for name, raw in os.environ.items()
            if (match := _PLATFORM_URL.fullmatch(name)) and raw.strip()
        }
        for key, url in found.items():
            if "://" not in url:
                setting = "PLATFORM_URL" if key == "platform" else f"PLATFORM_{key.upper()}_URL"
                raise ImproperlyConfigured(f"{setting} is not usable: a database URL is needed.")
        return found or {"platform": default}

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
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
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

    def signing_key(self, name: str, *, debug_file: Path | None) -> bytes:
        """The 32-byte Ed25519 seed (RFC 8032), base64 in the environment; a first look makes and keeps one."""
        wanted = "the base64 of 32 random bytes (openssl rand -base64 32), or DEBUG=true for a first look"
        if debug_file is not None and not os.environ.get(name):
            debug_file.parent.mkdir(parents=True, exist_ok=True)
            if not debug_file.exists():
                debug_file.touch(mode=0o600)
                debug_file.write_bytes(base64.b64encode(secrets.token_bytes(32)))
            return base64.b64decode(debug_file.read_bytes())

        def cast(raw: str) -> bytes:
            try:
                seed = base64.b64decode(raw, validate=True)
            except binascii.Error as error:
                raise ValueError("base64") from error
            if len(seed) != 32:
                raise ValueError("length")
            return seed

        return self._read(name, cast, None, wanted)
