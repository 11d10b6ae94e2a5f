"""A deletion of files in a process of its own, for tests that kill it or measure it."""

from __future__ import annotations

import os
import re
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from tests.retention.erasers.files.conftest import World


def world_of(folder: str, endpoint: str = "", bucket: str = "", keys: str = "") -> World:
    """The world that a test made in a folder, opened again."""
    from django.core.files.storage import FileSystemStorage
    from storages.backends.s3 import S3Storage

    from offboarding.configuration import Environment

    base = Path(folder)
    storage: Any = FileSystemStorage(location=base / "media")
    if endpoint:
        url = f"s3://{keys}@{endpoint}/{bucket}?region=us-east-1&tls=no&addressing=path"
        storage = S3Storage(**Environment(Path())._storage(url)["OPTIONS"])
    url = f"sqlite:///{base / 'platform.sqlite3'}"
    return World(url, storage, lambda name, data: None, lambda mine: {}, base, ExitStack())


def main(what: str, limit: str, *place: str) -> None:
    """``delete``: everything, saying when it begins; ``measure``: a plan as well, and then the peak in KiB."""
    settings.configure()
    django.setup()
    with world_of(*place).eraser() as eraser:
        places = [found.prefix for found in eraser.inspect().places] if what == "measure" else [
            "org/7/", "named:courses", "named:users",
        ]  # fmt: skip
        if what == "delete":
            eraser.remember()
            sys.stdout.write("begun\n")
            sys.stdout.flush()
        for one in places:
            while eraser.delete_batch(one, lambda: None, int(limit)).objects:
                pass
            assert eraser.verify(one) == 0
        status = Path("/proc/self/status").read_text()
        peak = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert peak is not None
        sys.stdout.write(f"{peak[1]}\n")


if __name__ == "__main__":
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    main(*sys.argv[1:])
