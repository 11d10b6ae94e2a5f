"""A real ``fetch_notices`` that dies by SIGKILL at a chosen border: ``… dying_fetch BORDER [copying]``.

Borders are numbered in the order a run meets them: before and after every step on the storage, in the database and
on the mail server. It prints how many it met when it came through alive. ``copying`` takes MOVE from the server.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402 – needs Django

from offboarding import inbox, mailbox, messages, notices, originals  # noqa: E402

met = 0
fatal = int(sys.argv[1])


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


for owner, names in (
    (originals, ("keep", "_put_file", "sync_folder")),
    (originals.os, ("fsync",)),
    (inbox, ("take_in",)),
    (messages, ("write_down",)),
    (notices, ("receive",)),
    (mailbox.Box, ("move", "_ask")),
):
    for name in names:
        setattr(owner, name, bordered(getattr(owner, name)))

if "copying" in sys.argv:
    prepare = mailbox.Box.prepare

    def without_move(box: mailbox.Box) -> None:
        prepare(box)
        box._client.capabilities = tuple(set(box._client.capabilities) - {"MOVE"})

    mailbox.Box.prepare = without_move  # type: ignore[method-assign]

call_command("fetch_notices")
print(met)
