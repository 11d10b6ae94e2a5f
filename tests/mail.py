"""Mail for the tests: a real IMAP server that gives each test a mailbox, and a real SMTP server that takes its mail."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import parts
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.smtp import Sink


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A running Dovecot; ``dovecot.make_mailbox()`` makes one more user."""
    server = Dovecot(parts.need("dovecot"))
    yield server
    server.close()


@pytest.fixture
def mailbox(dovecot: Dovecot) -> Iterator[Mailbox]:
    """An empty mailbox of this test's own: ``.url``, ``.certificate``, ``.deliver(raw)``, ``.folder("INBOX")``."""
    yield dovecot.make_mailbox()
    dovecot.run()


@pytest.fixture(scope="session")
def sink() -> Iterator[Sink]:
    """A running SMTP server; ask for ``smtp``, which starts empty and healthy."""
    server = Sink()
    yield server
    server.close()


@pytest.fixture
def smtp(sink: Sink, settings) -> Sink:
    """The SMTP server, to which all mail of this test really goes: ``.url``, ``.mails``, ``.refuse(address)``."""
    sink.run()
    sink.heal()
    sink.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    return sink
