"""Files into a volume against ``cp`` and ``openssl sha256`` of the same files."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

GIGABYTES = float(os.environ.get("BENCH_MEDIA_GB", "5"))
FILES = 40


def compare(rounds: int) -> list[tuple[str, float, str, float, float, float | None]]:
    """(work, seconds, peer, seconds, ratio, reach) per row of the table."""
    import django

    django.setup()
    with tempfile.TemporaryDirectory(prefix="offboarding-bench-media-") as name:
        folder = Path(name)
        source = _files(folder / "source")
        took: dict[str, list[float]] = {"write": [], "back": [], "peer": []}
        for _ in range(rounds):
            took["peer"].append(_peer(source, folder / "copy"))
            write, back = _ours(source, folder)
            took["write"].append(write)
            took["back"].append(write + back)
        write, back, peer = (statistics.median(took[key]) for key in ("write", "back", "peer"))
    title = f"{GIGABYTES:g} GB of media into a ZIP"
    return [
        (title, write, "cp + openssl sha256", peer, write / peer, 1.3),
        ("  and read back, all hashed", back, "cp + openssl sha256", peer, back / peer, None),
    ]


def _files(folder: Path) -> Path:
    folder.mkdir()
    size = int(GIGABYTES * 1e9 / FILES)
    for number in range(FILES):
        with (folder / f"film-{number:02d}.mp4").open("wb") as file:
            for _ in range(size >> 20):
                file.write(os.urandom(1 << 20))
    return folder


def _peer(source: Path, target: Path) -> float:
    started = time.perf_counter()
    subprocess.run(["cp", "-r", str(source), str(target)], check=True)
    subprocess.run(["openssl", "sha256", *sorted(map(str, source.iterdir()))], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    shutil.rmtree(target)
    return seconds


def _ours(source: Path, folder: Path) -> tuple[float, float]:
    from django.core.files.storage import FileSystemStorage
    from django.utils import timezone

    from exports.media import write_media
    from exports.packing import Label
    from exports.readback import read_back

    plan = [["media", path.name, path.stat().st_size, "courses", ""] for path in sorted(source.iterdir())]
    label = Label("bench", "bench", "", "bench", timezone.now(), "bench", folder, int(GIGABYTES * 2e9))
    started = time.perf_counter()
    with label.writer(2) as writer:
        result = write_media(writer, plan, {"media": FileSystemStorage(source)}, lambda count: None, 2)
        volume = writer.close()
    write = time.perf_counter() - started
    assert len(result.files) == len(plan)
    started = time.perf_counter()
    with volume.path.open("rb") as stream:
        assert not read_back(stream).problems
    back = time.perf_counter() - started
    volume.path.unlink()
    return write, back
