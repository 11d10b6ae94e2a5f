"""Tiny files that are nevertheless valid: pictures, sound, documents and tables, the same bytes for the same input."""

from __future__ import annotations

import csv
import io
import math
import struct
import wave
import zlib
from array import array
from collections.abc import Iterable, Sequence
from html import escape
from random import Random

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas


def png(rng: Random, width: int, height: int, comment: str = "") -> bytes:
    """A picture of coloured bands (PNG, 8-bit RGB); ``comment`` becomes a ``tEXt`` chunk."""
    rows = bytearray()
    colour = [rng.randrange(256) for _ in range(3)]
    for _ in range(height):
        colour = [(value + rng.randint(-9, 9)) % 256 for value in colour]
        rows += b"\0" + b"".join(bytes((value ^ (x * 3 & 63)) for value in colour) for x in range(width))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))]
    if comment:
        chunks.append((b"tEXt", b"Comment\0" + comment.encode("latin-1", "replace")))
    chunks += [(b"IDAT", zlib.compress(bytes(rows), 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def wav(rng: Random, seconds: float) -> bytes:
    """A few tones (WAVE, mono, 16 bit, 8 kHz)."""
    samples = array("h")
    for _ in range(4):
        step = rng.choice([262, 294, 330, 392, 440]) * math.tau / 8000
        samples.extend(int(9000 * math.sin(step * n)) for n in range(int(seconds * 2000)))
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(samples.tobytes())
    return target.getvalue()


def svg(rng: Random, title: str) -> bytes:
    """A logo: a letter in a circle, the title beside it."""
    hue = rng.randrange(360)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 64" role="img"><title>{escape(title)}</title>'
        f'<circle cx="32" cy="32" r="30" fill="hsl({hue} 60% 40%)"/>'
        f'<text x="32" y="42" font-size="28" text-anchor="middle" fill="#fff">{escape(title[:1])}</text>'
        f'<text x="72" y="40" font-size="20">{escape(title)}</text></svg>\n'
    ).encode()


def pdf(title: str, lines: Iterable[str]) -> bytes:
    """One A4 page; text is stored uncompressed, characters outside Latin-1 become question marks."""
    target = io.BytesIO()
    page = Canvas(target, pagesize=A4, invariant=1, pageCompression=0)
    page.setTitle(_latin(title))
    page.setFont("Helvetica-Bold", 22)
    page.drawCentredString(A4[0] / 2, 700, _latin(title))
    page.setFont("Helvetica", 13)
    for number, line in enumerate(lines):
        page.drawCentredString(A4[0] / 2, 640 - 26 * number, _latin(line))
    page.rect(40, 40, A4[0] - 80, A4[1] - 80)
    page.save()
    return target.getvalue()


def table(rows: Iterable[Sequence[object]]) -> bytes:
    """A report as the platform makes it for spreadsheets: CSV with byte order mark and semicolons."""
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=";").writerows(rows)
    return target.getvalue().encode("utf-8-sig")


def _latin(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")
