"""A process that makes documents for an export: ``python -m exports.documents.worker``.

It reads tasks from its input and writes documents to its output until the input ends, which it also does when the
export dies, so it never outlives it. A task is one line of JSON; the answer is one line of JSON, then the bytes of each
document.
"""

from __future__ import annotations

import json
import os
import sys
from typing import IO, Any

Task = dict[str, Any]
"""``template``, ``facts``, ``formats`` and ``house`` of one document."""


def main() -> None:
    """Works until the input ends. What libraries print goes to the log, not among the answers."""
    tasks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "offboarding.settings")
    import django

    django.setup()
    from exports.documents.making import House, Maker

    maker = Maker()
    while line := tasks.readline():
        task = json.loads(line)
        made = maker.make(task["template"], task["facts"], task["formats"], House(**task["house"]))
        head = [[one.format, len(one.data), one.replaced, one.problem] for one in made]
        answers.write(json.dumps(head).encode() + b"\n" + b"".join(one.data for one in made))
        answers.flush()


def ask(task: Task, tasks: IO[bytes], answers: IO[bytes]) -> list[tuple[str, bytes, str, str]]:
    """Gives a process one task → (format, bytes, replaced, problem) each. EOFError when the process has ended."""
    try:
        tasks.write(json.dumps(task).encode() + b"\n")
        tasks.flush()
    except BrokenPipeError as error:
        raise EOFError from error
    line = answers.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    found = []
    for name, size, replaced, problem in json.loads(line):
        data = answers.read(size)
        if len(data) != size:
            raise EOFError
        found.append((name, data, replaced, problem))
    return found


if __name__ == "__main__":
    main()
