"""A real IMAP server (Dovecot 2.3) for the tests, over TLS and plain, in a temporary directory."""

from __future__ import annotations

import datetime as dt
import getpass
import grp
import imaplib
import itertools
import os
import pwd
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers.ground import Ground, ServerError, free_port

_numbers = itertools.count(1)

_CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {here}/run
state_dir = {here}/run
log_path = {here}/server.log
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
login_trusted_networks =
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
ssl = yes
ssl_cert = <{here}/certificate.pem
ssl_key = <{here}/key.pem
shutdown_clients = yes
namespace inbox {{
  inbox = yes
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {here}/users/%u
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={here}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""
"""An unprivileged user can run this: nothing is chrooted, and every process is the one user.

One file for each user, because Dovecot looks into a file it knows only once a second; no penalty for wrong passwords.
"""


class Dovecot:
    """Our own server on 127.0.0.1; ``make_mailbox()`` makes a user with an empty INBOX."""

    def __init__(self, program: Path) -> None:
        self.program = program
        self.port, self.plain_port = free_port(), free_port()
        self.ground = Ground("dovecot", "dovecot")
        self.certificate = self.ground.directory / "certificate.pem"
        """Self-signed for 127.0.0.1 and localhost: what a client must trust."""
        user = pwd.getpwnam(self.ground.user or getpass.getuser())
        self._owner = (user.pw_uid, user.pw_gid)
        self._write("configuration", _CONFIGURATION.format(
            here=self.ground.directory, user=user.pw_name, group=grp.getgrgid(user.pw_gid).gr_name,
            port=self.port, plain_port=self.plain_port,
        ))  # fmt: skip
        (self.ground.directory / "users").mkdir(mode=0o755)
        certificate, key = _self_signed()
        self._write("certificate.pem", certificate)
        self._write("key.pem", key)
        self._process: subprocess.Popen[bytes] | None = None
        self.run()

    def _write(self, name: str, text: str) -> None:
        path = self.ground.directory / name
        path.write_text(text)
        os.chown(path, *self._owner)

    def run(self) -> None:
        """Start the server (again) with the mail it has, and wait until it answers; running already is fine."""
        if self._process is not None:
            return
        with (self.ground.directory / "start.log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(self.program), "-F", "-c", str(self.ground.directory / "configuration")],
                cwd=self.ground.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, env={**os.environ, "TZ": "UTC"}, **self.ground.identity(),
            )  # fmt: skip
        self.ground.pid_file.write_text(f"{self._process.pid}\nSIGTERM\n")
        self._await()

    def _await(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.plain_port), timeout=60) as trial:
                    if trial.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                pass
            if (self._process and self._process.poll() is not None) or time.monotonic() > deadline:
                raise ServerError(f"dovecot did not start:\n{self.said()}")
            time.sleep(0.02)

    def said(self) -> str:
        """What the server has logged."""
        logs = [self.ground.directory / name for name in ("start.log", "server.log")]
        return "".join(log.read_text(errors="replace") for log in logs if log.exists())

    def halt(self) -> None:
        """Stop the server and drop every connection; ``run`` brings it back with its mail."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            with suppress(ProcessLookupError):  # who is connected is served to the end otherwise
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process = None

    def make_mailbox(self) -> Mailbox:
        """A fresh user with an empty INBOX."""
        number = next(_numbers)
        mailbox = Mailbox(self, f"user{number}", f"secret-{number}")
        self._write(f"users/{mailbox.user}", f"{mailbox.user}:{{PLAIN}}{mailbox.password}\n")
        return mailbox

    def close(self) -> None:
        """Stop the server and remove everything it wrote."""
        self.halt()
        self.ground.close()


@dataclass(frozen=True)
class Mailbox:
    """One user's mail: ``url`` is what our ``INBOX_URL`` takes."""

    server: Dovecot
    user: str
    password: str

    @property
    def url(self) -> str:
        """Over TLS; it names the ``certificate`` to trust."""
        return f"{self._url('imaps', self.server.port)}&certificates={quote(str(self.certificate))}"

    @property
    def plain_url(self) -> str:
        """Without TLS."""
        return self._url("imap", self.server.plain_port)

    def _url(self, scheme: str, port: int) -> str:
        return f"{scheme}://{self.user}:{self.password}@127.0.0.1:{port}/INBOX?done=Done&problem=Problem"

    @property
    def certificate(self) -> Path:
        """The PEM file that a client must trust, e.g. as ``SSL_CERT_FILE``."""
        return self.server.certificate

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4_SSL]:
        """A signed-in connection of our own."""
        trust = ssl.create_default_context(cafile=str(self.certificate))
        with imaplib.IMAP4_SSL("127.0.0.1", self.server.port, ssl_context=trust, timeout=60) as client:
            client.login(self.user, self.password)
            yield client

    def deliver(
        self, raw: bytes, *, flags: Sequence[str] = (), at: dt.datetime | None = None, folder: str = "INBOX"
    ) -> None:
        """Append one mail byte by byte, with flags such as ``\\Seen`` and the internal date ``at`` (now)."""
        with self.client() as client:
            # not client.append(): it makes CRLF of every bare CR and LF
            client.literal = raw  # type: ignore[attr-defined]
            when = imaplib.Time2Internaldate(at or time.time())
            answer, said = client._simple_command("APPEND", folder, f"({' '.join(flags)})", when)  # type: ignore[attr-defined]
            if answer != "OK":
                raise ServerError(f"dovecot did not take the mail: {said}")

    def folder(self, name: str = "INBOX") -> list[bytes]:
        """The raw mails of a folder in the order they came; none where the folder does not exist."""
        with self.client() as client:
            if client.select(name, readonly=True)[0] != "OK":
                return []
            numbers = client.search(None, "ALL")[1][0].split()
            return [client.fetch(number.decode(), "(BODY.PEEK[])")[1][0][1] for number in numbers]  # type: ignore[index,misc]

    def flags(self, name: str = "INBOX") -> list[set[str]]:
        """The flags of each mail of a folder."""
        with self.client() as client:
            client.select(name, readonly=True)
            numbers = client.search(None, "ALL")[1][0].split()
            told = [client.fetch(number.decode(), "(FLAGS)")[1][0] for number in numbers]
        return [{flag.decode() for flag in imaplib.ParseFlags(line)} for line in told]  # type: ignore[arg-type]

    def folders(self) -> set[str]:
        """The names of all folders."""
        with self.client() as client:
            return {line.decode().rpartition(" ")[2].strip('"') for line in client.list()[1]}  # type: ignore[union-attr]

    def halt(self) -> None:
        """Stop the server; the fixture brings it back."""
        self.server.halt()

    def run(self) -> None:
        """Bring the server back."""
        self.server.run()


def _self_signed() -> tuple[str, str]:
    """A certificate for 127.0.0.1 and its key, both PEM; its years are wide, for tests that move the clock."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    addresses = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost")]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2000, 1, 1)).not_valid_after(dt.datetime(2100, 1, 1))
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode()
