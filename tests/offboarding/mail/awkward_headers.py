"""Awkward mails: what stands in their headers."""

from __future__ import annotations

from offboarding.mail_headers import Address
from offboarding.mail_problems import Problem
from tests.offboarding.mail.composing import ALICE, BOB, awkward, compose

P = Problem
TEXT = "text/plain; charset="

ENCODINGS = [
    awkward("8-bit header in Latin-1", compose(subject="Uppsägning".encode("latin-1")), P.GUESSED_ENCODING,
            subject="Uppsägning"),
    awkward("8-bit header in UTF-8", compose(subject="Uppsägning ☂"), subject="Uppsägning ☂"),
    awkward("8-bit headers, Latin-1 and UTF-8 mixed",
            compose(subject="Uppsägning".encode("latin-1"), from_=None, **{"from": "Åsa <asa@alice.example>"}),
            P.GUESSED_ENCODING, subject="Uppsägning", sender=Address("Åsa", "asa@alice.example")),
    awkward("Encoded word of an unknown charset", compose(subject="=?x-klingon?Q?Upps=C3=A4gning?="),
            P.GUESSED_ENCODING, subject="Uppsägning"),
    awkward("Encoded word that is no base64", compose(subject="=?utf-8?B?a?= bye"), P.UNDECODABLE,
            subject="=?utf-8?B?a?= bye"),
    awkward("Encoded word without its end", compose(subject="=?utf-8?Q?Upps=C3=A4"), subject="=?utf-8?Q?Upps=C3=A4"),
    awkward("Character cut in two by encoded words", compose(subject="=?utf-8?Q?Upps=C3?= =?utf-8?Q?=A4gning?="),
            subject="Uppsägning"),
    awkward("Encoded word of a charset that is an archive", compose(subject="=?zlib?Q?bye?="), P.GUESSED_ENCODING,
            subject="bye"),
]  # fmt: skip

DATES = [
    awkward("No date", compose(date=None), P.NO_DATE, date=None),
    awkward("Unparsable date", compose(date="the ides of March"), P.NO_DATE, date=None),
    awkward("Date of a month that is none", compose(date="Mon, 99 Foo 99999 10:00:00 +9999"), P.NO_DATE, date=None),
    awkward("Date in the future", compose(date="Tue, 02 Mar 2027 10:00:00 +0100"), P.FUTURE_DATE),
    awkward("Date of 1970", compose(date="Thu, 01 Jan 1970 00:00:00 +0000"), P.OLD_DATE),
]  # fmt: skip

SENDERS = [
    awkward("Name that poses as another address", compose(**{"from": '"alice@alice.example" <evil@x.example>'}),
            P.POSING_NAME, sender=Address("alice@alice.example", "evil@x.example")),
    awkward("Name that poses, encoded",
            compose(**{"from": "=?utf-8?Q?alice=40alice=2Eexample?= <evil@x.example>"}), P.POSING_NAME,
            sender=Address("alice@alice.example", "evil@x.example")),
    awkward("Two From headers", compose("bye", "From: bob@bob.example"), P.SEVERAL_SENDERS),
    awkward("Two addresses in From", compose(**{"from": "alice@alice.example, bob@bob.example"}), P.SEVERAL_SENDERS),
    awkward("From is a group", compose(**{"from": "Board: alice@alice.example;"}),
            sender=Address("", "alice@alice.example")),
    awkward("From is an empty group", compose(**{"from": "undisclosed:;"}), P.NO_SENDER, answerable=False),
    awkward("Empty From", compose(**{"from": ""}), P.NO_SENDER),
    awkward("No From", compose(**{"from": None}), P.UNREADABLE),
    awkward("From without a domain", compose(**{"from": "root"}), P.NO_SENDER),
    awkward("SMTPUTF8 address", compose(**{"from": "Å <Å@Exempel.se>"}), sender=Address("Å", "å@exempel.se")),
    awkward("Domain in punycode", compose(**{"from": "info@xn--rksmrgs-5wao1o.SE"}),
            sender=Address("", "info@räksmörgås.se"),
            hints={"sender_spellings": ("info@räksmörgås.se", "info@xn--rksmrgs-5wao1o.se")}),
    awkward("Tagged address in capitals", compose(**{"from": "Alice+Work@ALICE.example"}),
            sender=Address("", "alice+work@alice.example")),
    awkward("A thousand brackets in From", compose(**{"from": "(" * 5000 + "alice@alice.example"}), P.NO_SENDER),
]  # fmt: skip

IDS = [
    awkward("No Message-ID", compose(message_id=None), P.ODD_MESSAGE_ID, message_id=""),
    awkward("Two Message-IDs", compose("bye", "Message-ID: <other@alice.example>"), P.ODD_MESSAGE_ID,
            message_id="notice-1@alice.example"),
    awkward("Message-ID with spaces", compose(message_id="< notice 1 @alice.example >"), P.ODD_MESSAGE_ID,
            message_id="notice 1 @alice.example"),
    awkward("Message-ID of 2,000 characters", compose(message_id=f"<{'x' * 2000}@alice.example>"), P.ODD_MESSAGE_ID,
            message_id="x" * 998),
]  # fmt: skip

INJECTIONS = [
    awkward("Line break hidden in an encoded Subject", compose(subject="=?utf-8?Q?bye=0D=0ABcc:_evil=40x.example?="),
            P.HEADER_INJECTION, subject="bye Bcc: evil@x.example", answerable=False),
    awkward("Bare carriage return in a header", compose(subject="bye\rBcc: evil@x.example"), P.HEADER_INJECTION),
    awkward("Escape sequence in a name", compose(**{"from": "=?utf-8?Q?=1B=5B2JAlice?= <alice@alice.example>"}),
            P.HEADER_INJECTION, sender=Address("[2JAlice", "alice@alice.example")),
    awkward("NUL in a header", compose(subject=b"we\0leave"), P.NUL_BYTES, subject="we leave"),
    awkward("Line breaks of Unix only", compose().replace(b"\r\n", b"\n"), subject="We leave"),
]  # fmt: skip

SIZES = [
    awkward("10,000 headers", compose("bye", *["X-Trace: hop"] * 10_000), text="bye"),
    awkward("Header line of 1 MB", compose(subject="x" * 1_000_000), P.CUT, subject="x" * 500),
    awkward("Content-Type of 800 kB", compose("bye", "Content-Type: text/plain; " + "a*0=b; " * 115_000), P.CUT,
            text="bye"),
    awkward("Only headers", compose("").rstrip(b"\r\n"), P.NO_TEXT),
    awkward("Empty file", b"", P.UNREADABLE, P.NO_TEXT, P.NO_DATE, P.ODD_MESSAGE_ID),
    awkward("mbox line first", b"From alice@alice.example Mon Mar  2 10:00:00 2026\r\n" + compose()),
    awkward("Byte order mark first", b"\xef\xbb\xbf" + compose(), sender=Address("Alice Adams", "alice@alice.example")),
    awkward("Not a mail but a photo", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(range(256)) * 40, P.UNREADABLE, P.NO_DATE,
            P.ODD_MESSAGE_ID, P.NUL_BYTES, P.HEADER_INJECTION, P.UNDECODABLE, P.MALFORMED),
]  # fmt: skip

REFERENCES = [
    awkward("Reference in the plus-address", compose(to=f"leaving+{ALICE.lower()}@Vendor.example"),
            hints={"plus_references": (ALICE,)}),
    awkward("Reference in Delivered-To only", compose("bye", f"Delivered-To: leaving+{ALICE}@vendor.example"),
            hints={"plus_references": (ALICE,)}),
    awkward("Two recipients with two references",
            compose(to=f"leaving+{ALICE}@vendor.example, leaving+{BOB}@vendor.example"),
            hints={"plus_references": (ALICE, BOB)}),
    awkward("Reference in another vendor's plus-address", compose(to=f"leaving+{ALICE}@evil.example")),
    awkward("Reference typed with O for 0 and l for 1", compose(subject="Re: [r-bobo-l234] We leave"),
            hints={"subject_references": (BOB,)}),
    awkward("Reference in an encoded Subject over two lines",
            compose(subject="=?utf-8?Q?Upps=C3=A4gning_[R-7K?=\r\n =?utf-8?Q?3M-9QXW]?="),
            hints={"subject_references": (ALICE,)}),
    awkward("Answer to a letter of ours", compose("ok", f"In-Reply-To: <letter.{ALICE}.12@vendor.example>",
            f"References: <x@y> <letter.{ALICE}.12@vendor.example>"), hints={"reply_references": (ALICE,)}),
    awkward("Word that looks like a reference and is longer", compose(subject="R-7K3M-9QXWZ, XR-7K3M-9QXW")),
]  # fmt: skip

ALL = [*ENCODINGS, *DATES, *SENDERS, *IDS, *INJECTIONS, *SIZES, *REFERENCES]
