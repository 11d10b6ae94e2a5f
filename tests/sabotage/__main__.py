"""``python -m tests.sabotage [name…]``: breaks one promise at a time in a copy of the project; tests must notice each.

A patch that no test notices is a promise that nobody guards. Exit code 1 where one survives.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.sabotage.patches import BASE_DIR, PATCHES, Patch

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "var", "tmp", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info", "node_modules"
)
NOTICED, FAILED = 0, 1
"""Pytest's exit codes: all passed, and some failed; anything else means that the tests could not run at all."""


def main(names: list[str]) -> int:
    """Runs the named patches, or all of them; prints a line for each."""
    if unknown := sorted(set(names) - {patch.name for patch in PATCHES}):
        print(f"No such patch: {', '.join(unknown)}", file=sys.stderr)
        return 2
    survived = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(BASE_DIR, copy, ignore=LEFT_OUT, symlinks=True)
        if (shared := BASE_DIR.parent / "shared").is_dir():
            (Path(folder) / "shared").symlink_to(shared)
        for patch in PATCHES:
            if (not names or patch.name in names) and not noticed(patch, copy):
                survived.append(patch.name)
    print(f"{len(survived)} of {len(names) or len(PATCHES)} survived{': ' if survived else '.'}{', '.join(survived)}")
    return 1 if survived else 0


def noticed(patch: Patch, copy: Path) -> bool:
    """Whether the tests fail with the patch applied."""
    file, started = copy / patch.file, time.monotonic()
    whole = file.read_text()
    file.write_text(patch.applied_to(whole))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *patch.tests],
            cwd=copy, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(copy), "DEBUG": "true"},
        )  # fmt: skip
    finally:
        file.write_text(whole)
    found = done.returncode == FAILED and "error" not in done.stdout.rsplit("\n", 2)[-2]
    words = "noticed " if found else "SURVIVED"
    print(f"{words} {time.monotonic() - started:5.1f} s  {patch.name}: {patch.breaks}", flush=True)
    if not found and done.returncode != NOTICED:
        print(done.stdout[-2000:], done.stderr[-1000:], sep="\n")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
