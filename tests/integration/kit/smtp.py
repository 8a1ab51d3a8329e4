"""A mail server that takes mails by SMTP (aiosmtpd), over STARTTLS and with a password where a test wants it."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from deploy.server import LOOPBACK, free_port

USER, PASSWORD = "police", "a-password-of-the-test"


@dataclass
class Post:
    """What it has taken, and how it behaves.

    Attributes:
        port: Where it listens.
        mails: What it has taken, with the recipient.
        rcpt, data: What it answers instead to RCPT and DATA, one mail each; with None it takes it.
        encrypted: Of each mail: whether it came over TLS.
    """

    port: int = 0
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    rcpt: list[str | None] = field(default_factory=list)
    data: list[str | None] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(self, _: SMTP, _session: Session, envelope: Envelope, address: str, _o: list[str]) -> str:  # noqa: N802
        """Take a recipient."""
        if self.rcpt and (answer := self.rcpt.pop(0)):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail."""
        if self.data and (answer := self.data.pop(0)):
            return answer
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((envelope.rcpt_tos[0], mail))
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


@contextmanager
def taking(certificate: tuple[Path, Path] | None = None) -> Iterator[Post]:
    """Take mails while the block runs.

    Args:
        certificate: Certificate and key: then it takes mails only over STARTTLS, and from whoever signs in.
    """
    post, told = Post(), dict[str, Any]()
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        told = {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": _signed_in}
    post.port = free_port()
    controller = Controller(post, hostname=LOOPBACK, port=post.port, **told)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


def _signed_in(_: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    known = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=given == known)
