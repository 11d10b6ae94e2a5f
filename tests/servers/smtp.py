"""A real SMTP server for the tests that keeps what it is given and fails as it is told, in a process of its own.

``python -m tests.servers.smtp DIRECTORY PORT`` serves: it writes every mail it takes into DIRECTORY/mails before it
answers for it, and looks into DIRECTORY/mode.json at every command, so that the one process steers the other.
"""

from __future__ import annotations

import asyncio
import email.policy
import itertools
import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers.ground import Ground, ServerError, free_port

BASE_DIR = Path(__file__).resolve().parent.parent.parent
MOST_BYTES = 100_000_000


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived."""

    sender: str
    """Of the envelope; empty for a bounce."""
    recipients: tuple[str, ...]
    """Of the envelope."""
    raw: bytes

    @property
    def parsed(self) -> EmailMessage:
        """The mail read by the standard library."""
        return BytesParser(policy=email.policy.default).parsebytes(self.raw)


class Sink:
    """The server as a test steers it; ``url`` is what our ``EMAIL_URL`` takes."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.ground = Ground("smtp")
        self._mails = self.ground.directory / "mails"
        self._mails.mkdir()
        self._mode: dict[str, Any] = {}
        self._turns = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self.heal()
        self.run()

    @property
    def mails(self) -> list[Mail]:
        """Everything that was taken since ``clear``, in the order it came."""
        told = [(json.loads(path.read_text()), path) for path in sorted(self._mails.glob("*.json"))]
        return [
            Mail(envelope["sender"], tuple(envelope["recipients"]), path.with_suffix(".eml").read_bytes())
            for envelope, path in told
        ]

    def mails_to(self, address: str) -> list[Mail]:
        """What was taken for one address."""
        return [mail for mail in self.mails if address in mail.recipients]

    def await_mails(self, count: int, seconds: float = 20) -> list[Mail]:
        """The mails as soon as there are ``count``; ServerError when they do not come."""
        deadline = time.monotonic() + seconds
        while len(mails := self.mails) < count:
            if time.monotonic() > deadline:
                raise ServerError(f"{len(mails)} mails came, not {count}")
            time.sleep(0.02)
        return mails

    def clear(self) -> None:
        """Forget every mail."""
        for path in self._mails.iterdir():
            path.unlink()

    def refuse(self, address: str, code: int = 550) -> None:
        """Answer RCPT for this address with an error: 550 is for ever, 450 for now."""
        self._set(refused={**self._mode["refused"], address.lower(): code})

    def answer(self, code: int, *, times: int | None = None) -> None:
        """Answer the end of DATA with an error and keep nothing: 451 is for now, 554 for ever."""
        self._set(answer=code, times=times)

    def drop(self, *, kept: bool = True, times: int | None = None) -> None:
        """Close the connection after the mail instead of answering: the sender cannot know whether it was ``kept``."""
        self._set(drop=True, kept=kept, times=times)

    def stall(self, seconds: float = 600, *, kept: bool = True, times: int | None = None) -> None:
        """Let the sender wait for the answer after the mail."""
        self._set(stall=seconds, kept=kept, times=times)

    def heal(self) -> None:
        """Take and keep everything again."""
        self._mode = {"refused": {}}
        self._set()

    def _set(self, **mode: Any) -> None:
        refused = mode.pop("refused", self._mode["refused"])
        self._mode = {**(mode or self._mode), "refused": refused, "turn": next(self._turns)}
        fresh = self.ground.directory / "mode.fresh"
        fresh.write_text(json.dumps(self._mode))
        fresh.replace(self.ground.directory / "mode.json")

    def run(self) -> None:
        """Start the server (again), and wait until it answers; running already is fine."""
        if self._process is not None:
            return
        with (self.ground.directory / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.servers.smtp", str(self.ground.directory), str(self.port)],
                cwd=BASE_DIR, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.ground.pid_file.write_text(f"{self._process.pid}\nSIGTERM\n")
        deadline = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = (self.ground.directory / "server.log").read_text(errors="replace")
                raise ServerError(f"The SMTP server did not start:\n{said}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=60) as trial:
                return trial.recv(100).startswith(b"220")
        except OSError:
            return False

    def halt(self) -> None:
        """Stop the server: nobody answers at its port until ``run``."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        """Stop the server and remove everything it wrote."""
        self.halt()
        self.ground.close()


# The other process ----------------------------------------------------------------------------------------------------


class Keeper:
    """What the serving process does with each command (aiosmtpd calls these methods by name)."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.done = 0
        self.turn = 0
        taken = [int(path.stem) for path in (directory / "mails").glob("*.json")]
        self.numbers = itertools.count(max(taken, default=0) + 1)

    def mode(self) -> dict[str, Any]:
        """What the test wants now."""
        mode: dict[str, Any] = json.loads((self.directory / "mode.json").read_text())
        if mode["turn"] != self.turn:
            self.turn, self.done = mode["turn"], 0
        return mode

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        code = self.mode()["refused"].get(address.lower())
        if code:
            return f"{code} {'5.1.1' if code >= 500 else '4.2.1'} <{address}> is not taken here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mode = self.mode()
        self.done += 1
        broken = mode.get("times") is None or self.done <= mode["times"]
        code = mode.get("answer") if broken else None
        if code:
            return f"{code} {'5.6.0' if code >= 500 else '4.3.0'} Not taken"
        if not broken or mode.get("kept", True):
            self.keep(envelope)
        if broken and mode.get("stall"):
            await asyncio.sleep(mode["stall"])
        if broken and mode.get("drop"):
            server.transport.abort()
        return "250 2.0.0 Taken"

    def keep(self, envelope: Envelope) -> None:
        """Write the mail down whole, its envelope last."""
        path = self.directory / "mails" / f"{next(self.numbers):06}.eml"
        path.write_bytes(envelope.content or b"")
        told = path.with_suffix(".fresh")
        told.write_text(json.dumps({"sender": envelope.mail_from or "", "recipients": envelope.rcpt_tos}))
        told.replace(path.with_suffix(".json"))


async def _serve(directory: Path, port: int) -> None:
    keeper = Keeper(directory)
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(keeper, data_size_limit=MOST_BYTES, enable_SMTPUTF8=True, hostname="sink.example", loop=loop)

    async with await loop.create_server(session, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    os.umask(0o022)
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
