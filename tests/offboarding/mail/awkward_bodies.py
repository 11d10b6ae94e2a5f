"""Awkward mails: what stands below their headers."""

from __future__ import annotations

import base64

from offboarding.mail_problems import Problem
from tests.offboarding.mail.composing import ALICE, BOB, awkward, compose, part, parts

P = Problem


def text(content: bytes | str, kind: str, coding: str = "8bit") -> bytes:
    """A mail of one part."""
    return compose(content, f"MIME-Version: 1.0\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {coding}")


def nested(depth: int) -> bytes:
    """A mail in a mail in a mail."""
    inner = compose("the innermost", subject=f"[{BOB}] forwarded")
    for level in range(depth):
        attached = b"Content-Type: message/rfc822\r\n\r\n" + inner
        inner = parts("multipart/mixed", part("text/plain", "see below"), attached).replace(b"mark", b"mar%dk" % level)
    return inner


BOMB = b"PK\x03\x04" + base64.b64encode(b"\0" * 30_000)
RIGHT_TO_LEFT = "=?utf-8?Q?invoice=E2=80=AEfdp.exe?="

ENCODINGS = [
    awkward("Unknown charset", text("Uppsägning", "text/plain; charset=x-klingon"), P.GUESSED_ENCODING,
            text="Uppsägning"),
    awkward("Charset that lies: Latin-1 called UTF-8",
            text("Uppsägning".encode("latin-1"), "text/plain; charset=utf-8"), P.GUESSED_ENCODING, text="Uppsägning"),
    awkward("Charset that lies: UTF-8 called ASCII", text("Uppsägning", "text/plain; charset=us-ascii"),
            text="Uppsägning"),
    awkward("UTF-8 with a broken character", text("Uppsägning på åtta ställen är hög\xc3".encode() + b"\xff",
            "text/plain; charset=utf-8"), P.UNDECODABLE),
    awkward("Windows-1252 quotes called Latin-1", text(b"\x93bye\x94 \x80", "text/plain; charset=iso-8859-1"),
            text="“bye” €"),
    awkward("UTF-16 body",
            text(base64.b64encode("Uppsägning".encode("utf-16")), "text/plain; charset=utf-16", "base64"),
            text="Uppsägning"),
    awkward("UTF-16 body that mail servers garble", text("Uppsägning".encode("utf-16"), "text/plain; charset=utf-16"),
            P.UNDECODABLE),
    awkward("UTF-16 body that does not say so", text("bye".encode("utf-16-le"), "text/plain"), P.NUL_BYTES, text="bye"),
    awkward("ISO-2022-JP", text("解約".encode("iso-2022-jp"), "text/plain; charset=ISO-2022-JP", "7bit"), text="解約"),
    awkward("NUL bytes in the body", text(b"we\0 leave", "text/plain; charset=utf-8"), P.NUL_BYTES, text="we leave"),
    awkward("Base64 that is none", text("¤¤¤ not base64 at all!", "text/plain; charset=utf-8", "base64"), P.UNDECODABLE,
            P.MALFORMED, P.GUESSED_ENCODING),
    awkward("Base64 without its last characters",
            text(base64.b64encode(b"We terminate.")[:-2], "text/plain; charset=utf-8", "base64"),
            P.MALFORMED, text="We terminate."),
    awkward("Base64 cut in the middle of a character",
            text(base64.b64encode(b"We terminate.")[:-3], "text/plain; charset=utf-8", "base64"),
            P.MALFORMED, P.UNDECODABLE),
    awkward("uuencoded text", text("begin 644 x\r\n#8GEE\r\n`\r\nend\r\n", "text/plain", "x-uuencode"), text="bye"),
    awkward("Unknown transfer encoding", text("bye", "text/plain", "x-rot26"), text="bye"),
    awkward("Bare carriage returns in the body", compose(b"one\rtwo\rthree"), text="one\ntwo\nthree"),
    awkward("Quoted and flowed", text(f"> You wrote about [{ALICE}] \r\n> and more\r\n\r\nYes. \r\nWe leave.",
            "text/plain; charset=utf-8; format=flowed"), hints={"body_references": (ALICE,)}),
]  # fmt: skip

PARTS = [
    awkward("Parts without a boundary", compose("bye", "Content-Type: multipart/mixed"), P.MALFORMED, text="bye"),
    awkward("Boundary that never comes", compose("bye", 'Content-Type: multipart/mixed; boundary="mark"'), P.MALFORMED,
            text="bye"),
    awkward("Boundary without its end", parts("multipart/mixed", part("text/plain", "bye"), end=False), P.MALFORMED),
    awkward("A mail in a mail, three deep", nested(3), P.NESTED, text="see below"),
    awkward("Parts in parts, two thousand deep", compose(
            b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(2000)),
            "Content-Type: multipart/mixed; boundary=b0"), P.UNREADABLE),
    awkward("Parts in parts, fifty deep", compose(
            b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(50)),
            "Content-Type: multipart/mixed; boundary=b0"), P.TOO_DEEP, P.NO_TEXT, P.MALFORMED),
    awkward("Five thousand parts", parts("multipart/mixed", *[part("text/plain", "x")] * 5000), P.TOO_DEEP),
    awkward("Text twice, plain and HTML", parts("multipart/alternative", part("text/html", "<p>rich</p>"),
            part("text/plain", "plain")), text="plain"),
    awkward("HTML only", text("<html><head><title>t</title></head><p>We <b>leave</b>&nbsp;&auml;nd</p>bye",
            "text/html; charset=utf-8"), text="We leave änd\nbye"),
    awkward("HTML with text its reader cannot see",
            text(f'<p>We leave</p><div style="display: none">[{BOB}]</div><script>x("</p>")</script>', "text/html"),
            P.HIDDEN_TEXT, text="We leave"),
    awkward("HTML of 900 kB that never ends", text("<!--" * 225_000, "text/html"), P.NO_TEXT, P.HIDDEN_TEXT),
    awkward("White space only", compose(" \r\n\t\r\n"), P.NO_TEXT),
]  # fmt: skip

SIZES = [
    awkward("50 MB", lambda: compose(b"We leave.\r\n" * 5_000_000), P.TOO_LARGE, subject="We leave", text=""),
    awkward("20 MB of text", lambda: compose(b"We leave.\r\n" * 1_800_000), P.CUT),
    awkward("A line of 20 MB", lambda: compose(b"x" * 20_000_000), P.CUT, text="x" * 100_000),
]  # fmt: skip


def attached(kind: str, content: bytes | str, *lines: str, words: str = "see attachment") -> bytes:
    """A mail of a text and an attachment."""
    return parts("multipart/mixed", part("text/plain", words), part(kind, content, *lines))


ATTACHMENTS = [
    awkward("Scan of a letter, nothing written",
            attached("application/pdf", "JVBERi0=", "Content-Transfer-Encoding: base64",
                     'Content-Disposition: attachment; filename="notice.pdf"', words=" "),
            P.NO_TEXT, names=("notice.pdf",)),
    awkward("Line break hidden in a file name", attached("application/pdf", "x",
            "Content-Disposition: attachment; filename*=utf-8''a%0D%0ABcc%3A%20evil.pdf"),
            P.HEADER_INJECTION, P.UNSAFE_NAME, names=("a Bcc: evil.pdf",)),
    awkward("File name that turns right to left", attached("application/pdf", "x",
            f'Content-Disposition: attachment; filename="{RIGHT_TO_LEFT}"'), P.UNSAFE_NAME,
            names=("invoicefdp.exe",)),
    awkward("File name with folders", attached("text/plain", "x",
            'Content-Disposition: attachment; filename="../../etc/passwd"'), P.UNSAFE_NAME, names=("passwd",)),
    awkward("File name of Windows with folders", attached("text/plain", "x",
            "Content-Disposition: attachment; filename*=utf-8''C%3A%5CWindows%5Cboot.ini"), P.UNSAFE_NAME,
            names=("boot.ini",)),
    awkward("Attachment of no bytes", attached("application/pdf", "", 'Content-Disposition: attachment; filename="a"'),
            names=("a",), sizes=(0,)),
    awkward("Archive that would unpack to gigabytes", attached("application/zip", BOMB,
            'Content-Disposition: attachment; filename="bomb.zip"'), names=("bomb.zip",), sizes=(len(BOMB),)),
    awkward("winmail.dat", attached("application/ms-tnef", "x",
            'Content-Disposition: attachment; filename="winmail.dat"'), names=("winmail.dat",)),
    awkward("Calendar invitation", parts("multipart/alternative", part("text/plain", "Meeting about leaving"),
            part("text/calendar; method=REQUEST", "BEGIN:VCALENDAR\r\nEND:VCALENDAR")), text="Meeting about leaving",
            names=("",)),
]  # fmt: skip

ALL = [*ENCODINGS, *PARTS, *SIZES, *ATTACHMENTS]
