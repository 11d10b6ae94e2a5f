"""Awkward mails: those no person wrote, or that nobody here can read."""

from __future__ import annotations

from offboarding.mail_nature import Bounce
from offboarding.mail_problems import Problem
from tests.offboarding.mail.composing import ALICE, awkward, compose, part, parts

P = Problem
OURS = f"letter.{ALICE}.12@vendor.example"
BLOCK = ("Reporting-MTA: dns; mx.alice.example\r\n\r\nFinal-Recipient: rfc822; Alice@alice.example\r\n"
         "Action: {action}\r\nStatus: {status}\r\n")  # fmt: skip
RETURNED = part("text/rfc822-headers", f"Message-ID: <{OURS}>\r\nSubject: [{ALICE}] hello\r\n")
DAEMON = "MAILER-DAEMON@mx.alice.example"


def report(kind: str, *pieces: bytes | str, **changed: str) -> bytes:
    """A mail server's report."""
    words = part("text/plain", "I am the mail server.")
    return parts(
        f"multipart/report; report-type={kind}", words, *pieces, **{"from": DAEMON, "subject": "Report", **changed}
    )


def delivery(action: str, status: str) -> bytes:
    """The machine's part of a delivery report."""
    return part("message/delivery-status", BLOCK.format(action=action, status=status))


ENCRYPTED = [
    awkward("Signed by S/MIME, readable", parts(
            'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256', part("text/plain", "We leave"),
            part("application/pkcs7-signature", "x", 'Content-Disposition: attachment; filename="smime.p7s"')),
            text="We leave", names=("smime.p7s",)),
    awkward("Encrypted by S/MIME", compose("MIIB", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; "
            'name="smime.p7m"'), P.ENCRYPTED, P.NO_TEXT),
    awkward("Encrypted by PGP/MIME", parts('multipart/encrypted; protocol="application/pgp-encrypted"',
            part("application/pgp-encrypted", "Version: 1"), part("application/octet-stream", "-----BEGIN PGP")),
            P.ENCRYPTED, P.NO_TEXT),
    awkward("Encrypted by PGP in the text",
            compose("-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----"), P.ENCRYPTED),
    awkward("Signed by PGP in the text", compose("-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nWe leave")),
]  # fmt: skip

REPORTS = [
    awkward("Bounce of a letter of ours", report("delivery-status", delivery("failed", "5.1.1"), RETURNED), P.BOUNCED,
            bounce=Bounce(OURS, "alice@alice.example", "5.1.1", "failed"), answerable=False),
    awkward("Bounce that returns the whole letter", report("delivery-status", delivery("failed (never)", "5.2.2"),
            part("message/rfc822", f"Message-ID: <{OURS}>\r\n\r\nDear Alice")), P.BOUNCED, P.NESTED,
            bounce=Bounce(OURS, "alice@alice.example", "5.2.2", "failed")),
    awkward("Report that a letter is late",
            report("delivery-status", delivery("delayed", "4.4.1"), RETURNED), P.BOUNCED,
            bounce=Bounce(OURS, "alice@alice.example", "4.4.1", "delayed")),
    awkward("Bounce without our Message-ID", report("delivery-status", delivery("failed", "5.1.1")), P.BOUNCED,
            bounce=Bounce("", "alice@alice.example", "5.1.1", "failed")),
    awkward("Bounce of a report that says nothing", report("delivery-status", part("message/delivery-status", "")),
            P.BOUNCED, bounce=Bounce()),
    awkward("Bounce in plain words", compose(f"550 5.1.1 no such user\r\n\r\n> Message-ID: <{OURS}>\r\n",
            "Return-Path: <>", "X-Failed-Recipients: alice@alice.example", **{"from": DAEMON}), P.BOUNCED,
            bounce=Bounce(OURS, "alice@alice.example", "5.1.1", "failed"), hints={"body_references": (ALICE,)}),
    awkward("Read receipt", report("disposition-notification", part("message/disposition-notification",
            "Final-Recipient: rfc822; alice@alice.example\r\nDisposition: manual-action/MDN-sent-manually; displayed"),
            **{"from": "alice@alice.example"}), P.READ_RECEIPT, answerable=False, bounce=None),
]  # fmt: skip

MACHINES = [
    awkward("Automatic answer", compose("I am away", "Auto-Submitted: auto-replied (vacation)", "Return-Path: <>"),
            P.AUTO_REPLY, bounce=None, answerable=False, auto_submitted="auto-replied (vacation)"),
    awkward("Written by hand, and says so", compose("bye", "Auto-Submitted: no"), answerable=True),
    awkward("Vacation program of old", compose("I am away", "Precedence: bulk"), P.AUTO_REPLY),
    awkward("Away by its Subject only", compose("Hej", subject="Autosvar: Jag är på semester"), P.AUTO_REPLY),
    awkward("Away by its Subject only, encoded", compose("Hej", subject="=?utf-8?Q?Fr=C3=A5nvaro:_semester?="),
            P.AUTO_REPLY),
    awkward("Asks machines not to answer", compose("bye", "X-Auto-Response-Suppress: All"), answerable=False),
    awkward("From an address nobody reads", compose(**{"from": "no-reply@alice.example"}), answerable=False),
    awkward("Marked as spam", compose("bye", "X-Spam-Flag: YES"), P.SPAM, answerable=False),
    awkward("Marked as spam by its status", compose("bye", "X-Spam-Status: Yes, score=9.1 required=5.0"), P.SPAM),
    awkward("Found to be no spam", compose("bye", "X-Spam-Status: No, score=-1.0", "X-Spam-Flag: NO"), answerable=True),
    awkward("The spam filters' test string",
            compose("XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X")),
    awkward("Disowned by its domain", compose("bye", "Authentication-Results: mx.vendor.example; spf=pass;\r\n"
            " dmarc=fail (p=reject) header.from=alice.example"), P.FORGED, answerable=False),
    awkward("Owned by its domain", compose("bye", "Authentication-Results: mx.vendor.example; dmarc=pass")),
    awkward("Over a mailing list", compose("bye", "List-Id: <all.alice.example>", "Precedence: list"), P.MAILING_LIST,
            answerable=False),
]  # fmt: skip

ALL = [*ENCRYPTED, *REPORTS, *MACHINES]
