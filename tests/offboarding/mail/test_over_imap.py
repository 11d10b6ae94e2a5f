"""The awkward mails stay what they are on their way through a real mailbox."""

from __future__ import annotations

from dataclasses import replace

from offboarding.mail import Problem, read
from tests.offboarding.mail.awkward import AWKWARD, envelope
from tests.offboarding.mail.composing import MOST_BYTES, RECEIVED

AS_80 = {Problem.NUL_BYTES, Problem.GUESSED_ENCODING, Problem.UNDECODABLE, Problem.HEADER_INJECTION}
"""IMAP knows no NUL (RFC 3501, 9): Dovecot hands out the byte 80 in its place, which reads as another character."""


def test_every_awkward_mail_comes_out_of_the_mailbox_as_it_went_in(mailbox):
    mails = [mail for mail in AWKWARD if mail.make()]  # no server takes a mail of no bytes
    for mail in mails:
        mailbox.deliver(mail.make(), at=RECEIVED)
    back = mailbox.folder()
    assert len(back) == len(mails)
    for mail, raw in zip(mails, back, strict=True):
        sent, found = envelope(mail), read(raw, most_bytes=MOST_BYTES, received=RECEIVED)
        assert sent.blocking[:1] == found.blocking[:1] or Problem.NUL_BYTES in sent.problems, mail
        if Problem.NUL_BYTES in sent.problems or "garble" in mail.name:
            assert set(found.problems) ^ set(sent.problems) <= AS_80, mail
            continue
        if Problem.NESTED in sent.problems:  # the attached mail's line ends
            sent, found = (replace(one, body_sha256="", attachments=()) for one in (sent, found))
        assert found == sent, mail
