"""A real ``send_reminders`` that dies by SIGKILL: ``python -m tests.offboarding.letters.dying_sender BORDER``.

With ``none`` it does not die by itself. It says ``ready`` when it begins, so that a test can kill it at any moment.
"""

from __future__ import annotations

import os
import signal
import sys

BORDERS = ("writing", "written", "claiming", "claimed", "introduced", "handed_over", "closing", "closed", "none")


def die(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner, name):
    """Die instead of the call."""
    setattr(owner, name, die)


def after(owner, name):
    """Die right after the first call has returned."""
    call = getattr(owner, name)

    def last(*args, **kwargs):
        call(*args, **kwargs)
        die()

    setattr(owner, name, last)


def at_event(letters, fatal):
    """Die instead of telling the journal this."""
    tell = letters.tell
    letters.tell = lambda letter, event, **facts: die() if event == fatal else tell(letter, event, **facts)


def prepare(border):
    import smtplib

    from offboarding import letters, posting
    from offboarding.management.commands import send_reminders

    {
        "writing": lambda: after(letters, "_put"),  # inside the transaction that writes
        "written": lambda: before(send_reminders, "send_due"),
        "claiming": lambda: before(posting, "still_so"),  # inside the transaction that claims
        "claimed": lambda: before(posting, "mail_of"),
        "introduced": lambda: after(smtplib.SMTP, "rcpt"),
        "handed_over": lambda: after(smtplib.SMTP, "data"),
        "closing": lambda: at_event(letters, "letter.sent"),  # inside the transaction that writes the answer down
        "closed": lambda: after(posting, "_close"),
        "none": lambda: None,
    }[border]()


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "offboarding.settings")
    django.setup()
    from django.core.management import call_command

    prepare(sys.argv[1])
    print("ready", flush=True)
    call_command("send_reminders")
