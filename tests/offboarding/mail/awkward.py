"""All awkward mails in one list, and what each gets: ``python -m tests.offboarding.mail.awkward`` prints the table."""

from __future__ import annotations

from offboarding.mail import Envelope, read
from offboarding.mail_matching import Hints, hints
from tests.offboarding.mail import awkward_bodies, awkward_headers, awkward_kinds
from tests.offboarding.mail.composing import MOST_BYTES, NOTICE_ADDRESS, RECEIVED, Awkward

AWKWARD: list[Awkward] = [*awkward_headers.ALL, *awkward_bodies.ALL, *awkward_kinds.ALL]


def envelope(mail: Awkward) -> Envelope:
    """The mail as the fetching command reads it."""
    return read(mail.make(), most_bytes=MOST_BYTES, received=RECEIVED)


def gets(read: Envelope, pointed: Hints) -> tuple[str, str, str]:
    """Where the mail goes, what is noted, and what it points to, in words for a table."""
    noted = ", ".join(problem for problem in read.problems if not problem.blocking)
    goes = f"a person: {', '.join(read.blocking)}" if read.blocking else "taken in"
    places = [f"{reference} ({pointed.how(reference)})" for reference in pointed.references]
    return goes, noted or "–", ", ".join([*places, pointed.sender]).strip(", ") or "–"


def table() -> str:
    """Markdown."""
    rows = ["| mail | goes to | noted | points to |", "|---|---|---|---|"]
    for mail in AWKWARD:
        found = envelope(mail)
        rows.append(f"| {mail} | {' | '.join(gets(found, hints(found, NOTICE_ADDRESS)))} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
