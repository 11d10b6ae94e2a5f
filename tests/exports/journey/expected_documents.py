"""What JSON and XML must hold for a value of the exact CSV."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Digits(str):
    """A JSON number as it is written."""


def binary(value: str) -> str:
    return base64.b64encode(bytes.fromhex(value.removeprefix("\\x"))).decode()


def in_json(value: str | None, column: dict[str, Any]) -> Any:
    """What a JSON reader must find for a value of the exact CSV."""
    kind = column["type"].lower()
    if value is None:
        return None
    if column.get("encoding") == "base64":
        return binary(value)
    if kind in ("json", "jsonb"):
        return json.loads(value, parse_int=Digits, parse_float=Digits)
    if kind == "boolean":
        return value in ("t", "1")
    number = re.fullmatch(r"(small|big)?int(eger)?|(numeric|decimal|double|real).*", kind)
    return Digits(value) if number else value


def same(found: Any, expected: Any) -> bool:
    """Equal, where 7 and "7" are not."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return type(found) is type(expected) and bool(found == expected)


def in_xml(value: str | None, column: dict[str, str]) -> str | None:
    if value is None:
        return None
    if column.get("encoding") == "base64":
        return binary(value)
    if column["type"].lower() == "boolean":
        return "true" if value in ("t", "1") else "false"
    return ILLEGAL.sub("\ufffd", value)
