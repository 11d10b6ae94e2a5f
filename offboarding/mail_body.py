"""The parts of a mail: its text, and what is attached, which is counted and hashed and never opened. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import errors
from email.message import Message
from email.policy import Compat32
from typing import Any

from offboarding import mail_html
from offboarding.mail_headers import decode, file_name
from offboarding.mail_problems import Problem

Part = Message
LONGEST_TEXT = 100_000
"""Characters of text that are kept beside the original."""
DEEPEST = 30
"""Parts within parts that are read."""
MOST_PARTS = 1_000
LONGEST_PARAMETERS = 10_000
"""Characters of a header that describes a part."""
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_ENCRYPTED = {"application/pgp-encrypted", "multipart/encrypted"}
_PKCS7 = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_INLINE_PGP = re.compile(r"^-----BEGIN PGP MESSAGE-----\s*$", re.MULTILINE)


class Tame(Compat32):
    """How the standard library parses: as it always did, but with parameters it can go through in time."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """A header as name and raw value; the time for a Content-Type grows with the square of its length."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_PARAMETERS] if name.lower().startswith("content-") else value


@dataclass(frozen=True)
class Attachment:
    """What hangs on a mail; its bytes stay in the original."""

    name: str
    """Harmless to show; '' where it has none."""
    type: str
    bytes: int
    sha256: str


@dataclass
class Body:
    """What the parts of one mail amount to."""

    problems: set[Problem] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    parts: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    @property
    def text(self) -> str:
        """The text at most ``LONGEST_TEXT`` long."""
        return "\n\n".join(text for text in self.texts if text)[:LONGEST_TEXT]

    @property
    def sha256(self) -> str:
        """Of all content without the headers: equal for two deliveries of one mail, and for two mails of one text."""
        digest: str = self._digest.hexdigest()
        return digest

    def note(self, kind: str, data: bytes) -> None:
        """Count one part's content into the digest; line ends and white space at the end of a text do not matter."""
        if kind.startswith("text/"):
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip()
        self._digest.update(f"{kind} {len(data)}\n".encode("utf-8", "replace"))
        self._digest.update(data)


def read_body(message: Part) -> Body:
    """Everything that hangs below the headers."""
    body = Body()
    body.texts = _texts(message, body, 0)
    if sum(map(len, body.texts)) > LONGEST_TEXT:
        body.problems.add(Problem.CUT)
    if _INLINE_PGP.search(body.text):
        body.problems.add(Problem.ENCRYPTED)
    if not body.text.strip():
        body.problems.add(Problem.NO_TEXT)
    return body


def guarded(call: Callable[[], Any], otherwise: Any) -> Any:
    """What the standard library makes of a header or part; it gives up on nonsense in too many ways to name them."""
    try:
        return call()
    except Exception:
        return otherwise


def content_type(part: Part) -> str:
    """``text/plain`` and the like, at most 100 characters."""
    kind = str(guarded(part.get_content_type, "application/octet-stream")).encode("ascii", "replace").decode()
    return _CONTROLS.sub("", kind)[:100]


def parameter(part: Part, name: str) -> str:
    """A parameter of the part's Content-Type in lower case; '' where there is none."""
    return str(guarded(lambda: part.get_param(name), "") or "").lower()


def subparts(part: Part) -> list[Part]:
    """The parts of this part; none of a leaf."""
    payload = guarded(part.get_payload, "")
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def content(part: Part) -> bytes:
    """A leaf's bytes with the transfer encoding undone."""
    data = guarded(lambda: part.get_payload(decode=True), b"")
    return data if isinstance(data, bytes) else b""


def every_part(message: Part) -> Iterator[Part]:
    """The message and its parts, those of attached mails left out, as far as they are read."""
    waiting = [(message, 0)]
    for _number in range(MOST_PARTS):
        if not waiting:
            return
        part, depth = waiting.pop()
        yield part
        if depth < DEEPEST and not content_type(part).startswith("message/"):
            waiting += [(child, depth + 1) for child in reversed(subparts(part))]


def _texts(part: Part, body: Body, depth: int) -> list[str]:
    """The texts to read in a part, in their order; everything else in it becomes an attachment."""
    body.parts += 1
    if depth > DEEPEST or body.parts > MOST_PARTS:
        body.problems.add(Problem.TOO_DEEP)
        return []
    kind = content_type(part)
    children = subparts(part)
    if any(len(str(value)) == LONGEST_PARAMETERS for _name, value in guarded(lambda: list(part.raw_items()), ())):
        body.problems.add(Problem.CUT)
    if _is_encrypted(part, kind):
        body.problems.add(Problem.ENCRYPTED)
    if kind.startswith("message/") and children:
        _attach_message(part, kind, children, body)
        return []
    if not children:
        return _leaf(part, kind, body)
    if part.defects:
        body.problems.add(Problem.MALFORMED)
    if kind == "multipart/alternative":
        return _best(children, body, depth)
    return [text for child in children for text in _texts(child, body, depth + 1)]


def _best(children: list[Part], body: Body, depth: int) -> list[str]:
    """Of several ways to say the same, the plainest that says anything."""
    found = [(content_type(child) != "text/plain", _texts(child, body, depth + 1)) for child in children]
    said = [(rich, texts) for rich, texts in found if any(text.strip() for text in texts)]
    return min(said, key=lambda way: way[0])[1] if said else []


def _is_encrypted(part: Part, kind: str) -> bool:
    name = str(guarded(part.get_filename, "") or "").lower()
    if kind in _PKCS7 or name == "smime.p7m":
        return parameter(part, "smime-type") not in ("signed-data", "certs-only", "compressed-data")
    return kind in _ENCRYPTED


def _leaf(part: Part, kind: str, body: Body) -> list[str]:
    # what claims to have parts and has none is text with broken marks in it
    is_text = kind in ("text/plain", "text/html") or kind.startswith("multipart/")
    data = content(part)
    body.note("text/plain" if is_text else kind, data)
    lossy = any(
        isinstance(defect, (errors.InvalidBase64CharactersDefect, errors.InvalidBase64LengthDefect))
        for defect in part.defects
    )
    if part.defects:
        body.problems.add(Problem.MALFORMED)
    name = _name(part, body.problems)
    if not is_text or name or guarded(part.get_content_disposition, None) == "attachment":
        _attach(name, kind, data, body)
        return []
    if lossy or _travels_badly(part):
        body.problems.add(Problem.UNDECODABLE)
    return [_text(data, parameter(part, "charset"), kind == "text/html", body.problems)]


def _travels_badly(part: Part) -> bool:
    """Whether it is full of NUL bytes on its way, which mail servers replace so that other characters come out.

    Only base64 and quoted-printable carry UTF-16 whole (RFC 2781, 4.3).
    """
    coding = str(guarded(lambda: part.get("Content-Transfer-Encoding"), "") or "").strip().lower()
    wide = parameter(part, "charset").startswith(("utf-16", "utf16", "utf-32", "utf32", "ucs-2", "ucs-4"))
    return wide and coding not in ("base64", "quoted-printable")


def _name(part: Part, problems: set[Problem]) -> str:
    raw = guarded(part.get_filename, None)
    return file_name(str(raw), problems) if raw else ""


def _text(data: bytes, charset: str, is_html: bool, problems: set[Problem]) -> str:
    limit = mail_html.LONGEST if is_html else 4 * LONGEST_TEXT
    if len(data) > limit:
        problems.add(Problem.CUT)
        data = data[: data.rfind(b"\n", limit // 2, limit) + 1 or limit]
    text, problem = decode(data, charset)
    if problem:
        problems.add(problem)
    if "\0" in text:
        problems.add(Problem.NUL_BYTES)
    if is_html:
        text, hides = mail_html.seen(text)
        problems |= {Problem.HIDDEN_TEXT} if hides else set()
    return _CONTROLS.sub(_replacement, text.replace("\r\n", "\n").replace("\r", "\n"))


def _replacement(found: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= found[0] <= "\udfff" else ""


def _attach_message(part: Part, kind: str, children: list[Part], body: Body) -> None:
    if kind == "message/rfc822":
        body.problems.add(Problem.NESTED)
    whole = [guarded(child.as_bytes, None) for child in children]
    if None in whole:
        body.problems.add(Problem.MALFORMED)
    data = b"\n".join(one for one in whole if one is not None)
    body.note(kind, data)
    _attach(_name(part, body.problems), kind, data, body)


def _attach(name: str, kind: str, data: bytes, body: Body) -> None:
    body.attachments.append(Attachment(name, kind, len(data), hashlib.sha256(data).hexdigest()))
