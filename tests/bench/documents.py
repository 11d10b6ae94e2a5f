"""``python -m tests.bench.documents [COUNT]``: one-page certificates our way and by reportlab's bare canvas.

Both draw the same texts in the same fonts over the same frame; ours from a Django template, read back, each with its
facts from a kept table. Figures are processor seconds in one process, then wall seconds and memory of all processes.
"""

from __future__ import annotations

import base64
import io
import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.update(
    DEBUG="true", DJANGO_SETTINGS_MODULE="offboarding.settings", SIGNING_KEY=base64.b64encode(bytes(32)).decode()
)

import django

django.setup()

from django.conf import settings  # noqa: E402

from exports.documents import templates  # noqa: E402
from exports.documents.drawing import Press, _plainly  # noqa: E402
from exports.documents.making import House, Maker  # noqa: E402
from exports.documents.markup import Markup  # noqa: E402
from exports.documents.pool import Makers  # noqa: E402
from offboarding.pdf import FONTS, drawable  # noqa: E402

HOUSE = House("Norrskär Akademi AB", "The vendor", "2026-11-22", "en")
GIVEN = ("Åsa", "Björn", "Chloé", "Dóra", "Ελένη", "Фёдор", "Göran", "Hülya", "Ida", "Jürgen")
FAMILY = ("Öberg", "Lindström", "Nowak", "Παπαδοπούλου", "Смирнов", "Sjöström-Håkansson", "Li", "Ó Súilleabháin")


def facts(number: int) -> dict[str, Any]:
    """The facts of one certificate."""
    name = f"{GIVEN[number % 10]} {FAMILY[number % 8]} {number}"
    return {
        "title": f"Certificate {number:08}",
        "row": {
            "number": f"{number:08}",
            "issued_on": "2026-07-01",
            "valid_until": "2028-06-30",
            "version_number": "3",
        },
        "holder": {"full_name": name},
        "course": {"title": f"Fire safety – part {number % 7}", "code": f"FS-{number % 7}"},
    }


def page(number: int) -> str:
    told = {"customer": HOUSE.customer, "vendor": HOUSE.vendor, "made": HOUSE.made}
    return templates.page("certificate.html", facts(number) | told, "en")


class Canvas:
    """What somebody would write by hand for this one certificate."""

    def __init__(self) -> None:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont
        from svglib.svglib import svg2rlg

        for name, file in (
            ("Sans", "DejaVuSans"),
            ("Serif", "DejaVuSerifCondensed"),
            ("Italic", "DejaVuSerifCondensed-Italic"),
        ):
            pdfmetrics.registerFont(TTFont(f"bench {name}", str(FONTS / f"{file}.ttf")))
        drawings = [svg2rlg(io.BytesIO(templates.drawing(name).encode())) for name in ("frame.svg", "seal.svg")]
        self.frame, self.seal = drawings
        self.seal.scale(84 / 124, 84 / 124)

    def pdf(self, number: int) -> bytes:
        from reportlab.graphics import renderPDF
        from reportlab.pdfgen.canvas import Canvas as Sheet

        told, out = facts(number), io.BytesIO()
        sheet = Sheet(out, pagesize=(841.89, 595.28), invariant=1)
        sheet.setTitle(told["title"])
        renderPDF.draw(self.frame, sheet, 0, 0)
        renderPDF.draw(self.seal, sheet, 379, 60)
        lines = [
            ("Sans", 9.5, 495, HOUSE.customer), ("Serif", 38, 440, "Certificate of completion"),
            ("Serif", 13, 400, "This is to certify that"), ("Italic", 31, 355, told["holder"]["full_name"]),
            ("Serif", 13, 310, "has completed the course"), ("Serif", 20, 275, told["course"]["title"]),
            ("Serif", 10.5, 245, f"{told['course']['code']} · version 3 · valid until 30 June 2028"),
        ]  # fmt: skip
        for font, size, y, text in lines:
            sheet.setFont(f"bench {font}", size)
            sheet.drawCentredString(421, y, text)
        for x, value, label in (
            (200, "1 July 2026", "Date of issue"),
            (642, told["row"]["number"], "Certificate number"),
        ):
            sheet.setFont("bench Serif", 12)
            sheet.drawCentredString(x, 205, value)
            sheet.setFont("bench Serif", 9.5)
            sheet.drawCentredString(x, 188, label)
            sheet.line(x - 110, 200, x + 110, 200)
        sheet.save()
        return out.getvalue()


def seconds(work: Callable[[int], Any], count: int) -> float:
    """Processor seconds of this process for ``count`` documents, after one to warm up."""
    work(0)
    start = time.process_time()
    for number in range(1, count + 1):
        work(number)
    return time.process_time() - start


def side_by_side(count: int) -> dict[str, Any]:
    """The ways take turns in rounds, so that a slow moment of the machine meets all of them."""
    canvas, press, maker = Canvas(), Press(), Maker()
    ways: dict[str, Callable[[int], Any]] = {
        "canvas": canvas.pdf,
        "ours": lambda number: press.pdf(page(number)),
        "ours, Word": lambda number: maker.make("certificate.html", facts(number), ["docx"], HOUSE),
    }
    took = dict.fromkeys(ways, 0.0)
    for _ in range(5):
        for name, work in ways.items():
            took[name] += seconds(work, count // 5)
    plain = seconds(lambda number: _plainly(Markup(page(number), drawable)), max(20, count // 20))
    rate = {name: round(count / value, 1) for name, value in took.items()}
    rate["plain xhtml2pdf"] = round(max(20, count // 20) / plain, 1)
    return {
        "per second of one core": rate,
        "times the canvas": {name: round(rate["canvas"] / one, 2) for name, one in rate.items()},
    }


def spread(count: int) -> dict[str, Any]:
    """All processes at once: wall time, and the memory of this process while thousands pass through it."""
    sizes, peaks = [], []

    def tasks() -> Iterator[tuple[str, dict[str, Any], str]]:
        for number in range(count):
            yield "certificate.html", facts(number), ""

    start, done = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder, Makers(["pdf"], HOUSE, count) as makers:
        stop = threading.Event()
        watch = threading.Thread(target=_watch, args=(makers, peaks, stop), daemon=True)
        watch.start()
        for made in makers.made(tasks()):
            assert not made[0].problem, made[0].problem
            (Path(folder) / "one.pdf").write_bytes(made[0].data)
            sizes.append(len(made[0].data))
            done += 1
        stop.set()
        watch.join()
    took = time.monotonic() - start
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    half = len(peaks) // 2
    return {
        "documents": done,
        "processes": makers.processes,
        "wall seconds": round(took, 1),
        "per second": round(done / took, 1),
        "bytes each": sum(sizes) // done,
        "MiB of this process": own,
        "MiB of a worker, first half": max(peaks[:half], default=0),
        "MiB of a worker, second half": max(peaks[half:], default=0),
    }


def _watch(makers: Makers, peaks: list[int], stop: threading.Event) -> None:
    while not stop.wait(0.5):
        for process in list(makers._started):
            try:
                status = Path(f"/proc/{process.pid}/status").read_text()
            except OSError:
                continue
            peaks += [int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS")]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    found = {"load": os.getloadavg()[0], **side_by_side(min(count, 1_000)), "spread": spread(count)}
    print(json.dumps(found, indent=1, ensure_ascii=False))
    assert settings.EXPORT_DOCUMENT_PROCESSES


if __name__ == "__main__":
    main()
