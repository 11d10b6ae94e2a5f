"""Header values of a mail as plain, harmless text, whatever stands in them. Pure; nothing here raises.

Sources: RFC 5322 (headers), RFC 2047 (encoded words), RFC 6532 (UTF-8 in headers), RFC 5890 (domains).
"""

from __future__ import annotations

import base64
import binascii
import codecs
import email.utils
import quopri
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from offboarding.mail_problems import Problem

LONGEST = 50_000
"""Characters of one header value that are read."""
LONGEST_ID = 998
"""Characters of a Message-ID: a line of RFC 5322."""
_FOLD = re.compile(r"(?:\r\n|\r|\n)(?=[ \t])")
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([BbQq])\?([^?]*)\?=")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Characters that turn the direction of what follows, or have no width."""
_PLAIN_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\]+")
_ID = re.compile(r"<([^<>]+)>")
_UNWANTED = {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
"""Python's encodings that are no encodings of mails; some take quadratic time."""


@dataclass(frozen=True)
class Address:
    """Who: a name for showing and an address in normal form, either of which may be empty."""

    name: str = ""
    address: str = ""


def decode(data: bytes, charset: str) -> tuple[str, Problem | None]:
    """Text of bytes by the encoding they claim, else by UTF-8, else by Windows-1252.

    GUESSED_ENCODING where the claim was wrong, UNDECODABLE where characters were lost (each is then U+FFFD).
    """
    claimed = _known(charset)
    for name in dict.fromkeys((claimed, "utf-8", "cp1252")):
        try:
            text = data.decode(name)
        except ValueError:  # UnicodeError, and what a codec raises on nonsense
            if name == "utf-8" and _mostly_utf8(data):
                break
            continue
        if data.startswith(codecs.BOM_UTF8) and name == "utf-8":
            text = text[1:]
        fits = name == claimed or (name == "utf-8" and claimed == "ascii")
        return text, None if fits else Problem.GUESSED_ENCODING
    return data.decode("utf-8", "replace"), Problem.UNDECODABLE


def _mostly_utf8(data: bytes) -> bool:
    """Whether more characters outside ASCII are whole than broken: a damaged UTF-8, and nothing else."""
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    return len(text) - sum(map(text.count, map(chr, range(128)))) > 2 * lost


def _known(charset: str) -> str:
    """Python's name of an encoding; ``ascii`` for none, and an unknown one fits nothing."""
    name = charset.strip().strip("\"'").lower()
    if not name:
        return "ascii"
    try:
        known = codecs.lookup(_ALIASES.get(name, name)).name
        "".encode(known)  # refuses what is no encoding of text
    except (LookupError, ValueError, UnicodeError):
        return "undefined"
    # as browsers do (WHATWG Encoding): mails that say Latin-1 mean Windows-1252, GB 2312 is a part of GB 18030
    known = {"iso8859-1": "cp1252", "gb2312": "gb18030"}.get(known, known)
    return "undefined" if known in _UNWANTED else known


_ALIASES = {
    "iso-8859-8-i": "iso8859-8",
    "x-sjis": "cp932",
    "x-gbk": "gbk",
    "x-mac-roman": "mac-roman",
    "utf8mb4": "utf8",
}


def words(raw: str, problems: set[Problem]) -> str:
    """A header value unfolded, decoded and clean: no control characters, one space for every white space."""
    if len(raw) > LONGEST:
        problems.add(Problem.CUT)
        raw = raw[:LONGEST]
    return clean(_decoded(_FOLD.sub("", raw), problems), problems)


def unescaped(raw: str, problems: set[Problem]) -> str:
    """The parser's text with its 8-bit bytes decoded (it keeps them as surrogates)."""
    if raw.isascii():
        return raw
    text, problem = decode(raw.encode("utf-8", "surrogateescape"), "ascii")
    if problem:
        problems.add(problem)
    return text


def clean(text: str, problems: set[Problem]) -> str:
    """One line for showing and storing; HEADER_INJECTION and NUL_BYTES say what was taken out."""
    if "\0" in text:
        problems.add(Problem.NUL_BYTES)
    kept = []
    for character in text.strip("\r\n"):
        kind = unicodedata.category(character)
        if kind == "Cc" and character not in "\t\0":
            problems.add(Problem.HEADER_INJECTION)
        kept.append(" " if kind == "Cc" else "\ufffd" if kind == "Cs" else character)
    return " ".join(_INVISIBLE.sub("", "".join(kept)).split())


def _decoded(raw: str, problems: set[Problem]) -> str:
    """Encoded words decoded; what is no whole encoded word stays as it stands."""
    text = unescaped(raw, problems)
    pieces: list[str | tuple[str, bytes]] = []
    end = 0
    for found in _WORD.finditer(text):
        between = text[end : found.start()]
        charset = found[1].partition("*")[0]
        data = _word(found[2], found[3])
        follows = bool(pieces) and isinstance(pieces[-1], tuple) and not between.strip()
        if data is None:
            problems.add(Problem.UNDECODABLE)
            pieces.append(text[end : found.end()])
        elif follows and isinstance(last := pieces[-1], tuple) and last[0].lower() == charset.lower():
            # one character may be cut in two by the words' ends
            pieces[-1] = (charset, last[1] + data)
        else:
            pieces += [(charset, data)] if follows else [between, (charset, data)]
        end = found.end()
    return "".join(_shown(piece, problems) for piece in [*pieces, text[end:]])


def _word(coding: str, content: str) -> bytes | None:
    if not content.isascii():
        return None
    if coding in "Qq":
        return quopri.decodestring(content.replace(" ", "_").encode(), header=True)
    try:
        return base64.b64decode(content + "=" * (-len(content.rstrip("=")) % 4), validate=False)
    except binascii.Error:
        return None


def _shown(piece: str | tuple[str, bytes], problems: set[Problem]) -> str:
    if isinstance(piece, str):
        return piece
    text, problem = decode(piece[1], piece[0])
    if problem:
        problems.add(problem)
    return text


# Addresses ------------------------------------------------------------------------------------------------------------


def addresses(raws: Sequence[str], problems: set[Problem]) -> list[Address]:
    """Everybody named in these header values; what is no address is left out."""
    plain = []
    for raw in raws:
        if len(raw) > LONGEST:
            problems.add(Problem.CUT)
        plain.append(clean(unescaped(_FOLD.sub("", raw[:LONGEST]), problems), problems))
    try:
        found = email.utils.getaddresses(plain)
    except Exception:  # its parser gives up in many ways, e.g. on a thousand brackets
        return []
    return [
        Address(words(name, problems), normal)
        for name, address in found
        if (normal := normal_address(clean(address, problems)))
    ]


def normal_address(address: str) -> str:
    """An address in lower case, its domain in letters (``å@exempel.se``, never ``xn--``); '' where it is none.

    A tag (``anna+work@…``) stays: for most servers it is part of the name.
    """
    address = unicodedata.normalize("NFC", address.strip()).lower()
    if len(address) > 320 or not _PLAIN_ADDRESS.fullmatch(address):
        return ""
    local, _at, domain = address.rpartition("@")
    return f"{local}@{_domain(domain.rstrip('.'), 'decode')}"


def spellings(address: str) -> tuple[str, ...]:
    """The address in normal form, and with its domain in ASCII where that differs: a contact may stand as either."""
    local, _at, domain = address.rpartition("@")
    return tuple(dict.fromkeys((address, f"{local}@{_domain(domain, 'encode')}")))


def _domain(domain: str, how: str) -> str:
    try:
        if how == "encode":
            return domain.encode("idna").decode()
        return domain.encode().decode("idna") if domain.isascii() else domain
    except (UnicodeError, IndexError):
        return domain


# Message-IDs and dates ------------------------------------------------------------------------------------------------


def message_id(raws: Sequence[str], problems: set[Problem]) -> str:
    """The first Message-ID without its brackets, at most ``LONGEST_ID`` characters; '' where there is none."""
    values = [words(raw, problems) for raw in raws]
    value = next((value for value in values if value), "")
    found = _ID.fullmatch(value)
    if len(values) != 1 or not found or " " in value or "@" not in value or len(value) > LONGEST_ID:
        problems.add(Problem.ODD_MESSAGE_ID)
    return (found[1] if found else value.strip("<>")).strip()[:LONGEST_ID]


def message_ids(raws: Iterable[str], problems: set[Problem]) -> tuple[str, ...]:
    """All Message-IDs in In-Reply-To or References, without brackets, each once."""
    found = [match.strip() for raw in raws for match in _ID.findall(words(raw, problems))]
    return tuple(dict.fromkeys(one[:LONGEST_ID] for one in found))


def date(raws: Sequence[str]) -> datetime | None:
    """The Date header with its zone; None where it is missing or means no moment."""
    for raw in raws[:1]:
        try:
            moment = email.utils.parsedate_to_datetime(" ".join(raw[:200].split()))
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)  # "-0000": UTC, zone unknown
            moment.astimezone(UTC)
        except Exception:  # ValueError, TypeError, IndexError, OverflowError … by kind of nonsense
            return None
        else:
            return moment
    return None


# Names of attachments -------------------------------------------------------------------------------------------------


def file_name(raw: str, problems: set[Problem]) -> str:
    """A file name to show: at most 200 characters, no folders, nothing invisible."""
    decoded = _decoded(raw[:2000], problems)
    shown = clean(decoded, problems)
    shown = re.split(r"[\\/]", shown)[-1].lstrip(". ")
    if shown != decoded.strip() or len(shown) > 200:
        problems.add(Problem.UNSAFE_NAME)
    return shown if len(shown) <= 200 else f"{shown[:150]}…{shown[-40:]}"
