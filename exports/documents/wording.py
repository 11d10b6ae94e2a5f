"""Exact texts as people read them in documents: days, months, numbers. Pure; what is none of these stays as it is."""

from __future__ import annotations

import re

from exports.cover_words import MONTHS

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?(?:[T ].*)?")
_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_BLANK = "\u00a0"


def day(text: str, language: str) -> str:
    """``2026-07-01…`` → ``1 July 2026``."""
    match = _DAY.fullmatch(text)
    if match is None or match[3] is None or not 1 <= int(match[2]) <= 12:
        return text
    return f"{int(match[3])} {_month(match[2], language)} {match[1]}"


def month(text: str, language: str) -> str:
    """``2026-07`` → ``July 2026``."""
    match = _DAY.fullmatch(text)
    return text if match is None or not 1 <= int(match[2]) <= 12 else f"{_month(match[2], language)} {match[1]}"


def short_month(text: str, language: str) -> str:
    """``2026-07`` → ``Jul 26``."""
    match = _DAY.fullmatch(text)
    return text if match is None or not 1 <= int(match[2]) <= 12 else f"{_month(match[2], language)[:3]} {match[1][2:]}"


def number(text: str, language: str) -> str:
    """``1234567.50`` → ``1,234,567.5`` or, in Swedish, ``1 234 567,5``."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    swedish = language == "sv"
    whole = f"{int(match[2]):,}".replace(",", _BLANK if swedish else ",")
    rest = (match[3] or "").rstrip("0")
    sign = "\u2212" if match[1] else ""
    return f"{sign}{whole}{',' if swedish else '.'}{rest}" if rest else f"{sign}{whole}"


def _month(number: str, language: str) -> str:
    return MONTHS["sv" if language == "sv" else "en"][int(number) - 1]
