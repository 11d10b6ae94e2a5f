"""A real worker that dies by SIGKILL at a chosen border: ``python -m tests.exports.survival.dying_worker PK BORDER``.

Borders are numbered in the order a worker meets them: before and after every write to the job's rows and every
change of the storage. It prints how many it met when it came through alive.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from exports import delivery, worker  # noqa: E402 – needs Django
from exports.ledger import Ledger  # noqa: E402

met = 0
fatal = int(sys.argv[2])


def border() -> None:
    global met
    met += 1
    if met == fatal:
        os.kill(os.getpid(), signal.SIGKILL)


def bordered(work: Callable[..., Any]) -> Callable[..., Any]:
    def with_borders(*args: Any, **kwargs: Any) -> Any:
        border()
        result = work(*args, **kwargs)
        border()
        return result

    return with_borders


for owner, names in ((Ledger, ("write", "change")), (delivery, ("put", "opened", "remove"))):
    for name in names:
        setattr(owner, name, bordered(getattr(owner, name)))

worker.run(int(sys.argv[1]))
print(met)
