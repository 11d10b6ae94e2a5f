"""SHA-256 in a thread of its own, so that hashing, compressing and writing one stream overlap."""

from __future__ import annotations

import hashlib
import threading
from queue import Queue

_INLINE = 64 * 1024
"""Smaller pieces are hashed at once: handing them over would cost more."""


class BackgroundSha256:
    """Like ``hashlib.sha256()``; ``update`` returns at once while at most four pieces wait.

    Pieces must not change afterwards (``bytes``, not a reused buffer). ``close`` ends the thread.
    """

    def __init__(self) -> None:
        self._sha = hashlib.sha256()
        self._queue: Queue[bytes | None] = Queue(4)
        self._thread: threading.Thread | None = None

    def update(self, data: bytes) -> None:
        if len(data) < _INLINE and not self._queue.unfinished_tasks:
            self._sha.update(data)
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="sha256", daemon=True)
            self._thread.start()
        self._queue.put(data)

    def hexdigest(self) -> str:
        """The digest of everything so far; more may follow."""
        self._queue.join()
        return self._sha.hexdigest()

    def restart(self) -> None:
        """Begin a new digest, keeping the thread."""
        self._queue.join()
        self._sha = hashlib.sha256()

    def close(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (data := self._queue.get()) is not None:
            self._sha.update(data)
            self._queue.task_done()
        self._queue.task_done()
