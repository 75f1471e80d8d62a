"""A real mail server on this machine that keeps what it is given, and refuses what a test wants refused."""

from __future__ import annotations

import email
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from auditapp.config import MailServer
from tests.ports import free_port

OK = "250 OK"


@dataclass(frozen=True)
class Letter:
    """A letter as it came over the wire."""

    recipients: list[str]
    data: bytes

    @property
    def message(self) -> EmailMessage:
        message = email.message_from_bytes(self.data, policy=default)
        assert isinstance(message, EmailMessage)
        return message


@dataclass
class Sink:
    """What the server says, one after another (then always "250 OK"), and what it has accepted."""

    to_recipient: list[str] = field(default_factory=list)
    to_letter: list[str] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    log_ins: list[tuple[bytes, bytes]] = field(default_factory=list)
    server: MailServer = field(default_factory=lambda: MailServer("127.0.0.1", free_port()))

    async def _recipient(self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:
        said = self.to_recipient.pop(0) if self.to_recipient else OK
        if said == OK:
            envelope.rcpt_tos.append(address)
        return said

    async def _letter(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        said = self.to_letter.pop(0) if self.to_letter else OK
        if said == OK:
            assert isinstance(envelope.content, bytes)
            self.letters.append(Letter(envelope.rcpt_tos, envelope.content))
        return said

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _how: str, said: LoginPassword) -> AuthResult:
        self.log_ins.append((said.login, said.password))
        return AuthResult(success=(said.login, said.password) == (b"audit", b"secret:@/"))

    @contextmanager
    def open(self, certificate: Path | None = None) -> Iterator[None]:
        """Answer at `server`. With a certificate it speaks TLS as `server` says, and wants a log-in."""
        options: dict[str, Any] = {}
        if certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
            options = {"ssl_context": context} if self.server.tls else {"tls_context": context}
            # The sink does not take TLS from the first byte for TLS when it is asked to insist on it.
            options |= {"authenticator": self.authenticate, "auth_require_tls": self.server.starttls}
            options |= {"auth_required": self.server.starttls, "require_starttls": self.server.starttls}
        hooks = SimpleNamespace(handle_RCPT=self._recipient, handle_DATA=self._letter)
        running = Controller(hooks, hostname=self.server.host, port=self.server.port, **options)
        running.start()
        try:
            yield
        finally:
            running.stop()


def make_certificate(folder: Path) -> Path:
    """Return a file with a key and a certificate for 127.0.0.1 that signed itself."""
    path = folder / "mail.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path, "-out", path],
        check=True, capture_output=True,
    )  # fmt: skip
    return path
