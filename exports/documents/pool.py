"""Several processes that make documents at once, and their answers in the order of the tasks; memory stays flat.

Processes of our own and not ``multiprocessing``: the queue's workers are daemons, which may not have children.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from queue import Queue
from types import TracebackType
from typing import Any, Self

from django.conf import settings

from exports.documents.making import House, Made, Maker
from exports.documents.worker import Task, ask

FEW = 60
"""So many documents are made sooner here than processes could be started."""
_AHEAD = 4
"""Tasks per process that are handed out before the first answer is waited for."""
_TRIES = 2


class Makers:
    """Makes documents; ``expected`` decides whether processes are worth it. Use as a context manager."""

    def __init__(self, formats: list[str], house: House, expected: int) -> None:
        self._formats, self._house = formats, house
        self.processes = settings.EXPORT_DOCUMENT_PROCESSES if expected > FEW else 0
        self._idle: Queue[subprocess.Popen[bytes] | None] = Queue()
        self._started: list[subprocess.Popen[bytes]] = []
        self._maker = Maker()
        for _ in range(self.processes):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._started:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def made(self, documents: Iterable[tuple[str, dict[str, Any], str]]) -> Iterator[list[Made]]:
        """Every (template, facts, problem) in its formats, in the order given; one with a problem is not tried.

        OSError when processes end again and again.
        """
        if not self.processes:
            for template, facts, problem in documents:
                yield self._refused(problem) or self._maker.make(template, facts, self._formats, self._house)
            return
        waiting: deque[Future[list[Made]]] = deque()
        with ThreadPoolExecutor(self.processes, "documents") as threads:
            try:
                for document in documents:
                    waiting.append(threads.submit(self._ask, *document))
                    if len(waiting) >= self.processes * _AHEAD:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()

    def _refused(self, problem: str) -> list[Made]:
        return [Made(name, problem=problem) for name in self._formats] if problem else []

    def _ask(self, template: str, facts: dict[str, Any], problem: str) -> list[Made]:
        if problem:
            return self._refused(problem)
        task: Task = {"template": template, "facts": facts, "formats": self._formats, "house": asdict(self._house)}
        for _ in range(_TRIES):
            process = self._idle.get() or self._start()
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                found = ask(task, process.stdin, process.stdout)
            except EOFError:
                self._idle.put(None)
                continue
            self._idle.put(process)
            return [Made(name, data, replaced, problem) for name, data, replaced, problem in found]
        raise OSError("a process that makes documents ended twice over the same document; see the worker's log")

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "exports.documents.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=settings.BASE_DIR,
            env=os.environ | {"DOCUMENT_TEMPLATES": settings.DOCUMENT_TEMPLATES},
        )
        self._started.append(process)
        return process
