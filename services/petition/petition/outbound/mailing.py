"""Answers by mail (邮件答复): SMTP with STARTTLS, joined to the letter by In-Reply-To and References (RFC 5322).

SMTP knows no keys. The Message-ID is made of ours, so that whoever gets a mail twice can tell, and of a secret, so that
what answers it can be told from what only says so (RFC 3834 for the rest).
"""

import ssl
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

import aiosmtplib

from petition.channels.config import SmtpSettings
from petition.channels.connector import AwayError, Outgoing, RefusedError, SendError
from petition.channels.origin import Origin
from petition.outbound.delivery import PRIVATE, Way
from petition.petition import Channel

STEP_S: Final = 4.0
"""Longest wait for one answer of the server."""
LASTING: Final = 500
"""Codes from here on are for good (RFC 5321)."""
CLOSING: Final = 421
"""Says nothing about the mail."""
NEUTRAL: Final = "您的来信 · Your message"
"""The subject where the letter's own is kept out of it."""


class Mailer:
    """A mail server that takes the answers to what came into a mailbox."""

    channel: Channel = Channel.MAIL

    def __init__(self, source: str, settings: SmtpSettings) -> None:
        """Send there; nothing is connected yet."""
        self.source, self._settings = source, settings

    def ways(self, origin: Origin) -> frozenset[Way]:
        """To the address, if there is one; a machine that wrote has none."""
        return PRIVATE if origin.address else frozenset()

    async def send(self, outgoing: Outgoing) -> None:
        """Hand it to the mail server.

        Raises:
            SendError: See there; also AwayError and RefusedError.
        """
        mail, its = self._mail(outgoing), self._settings
        try:
            password = its.password_path.read_text("utf-8").strip() if its.password_path else None
            context = ssl.create_default_context(cafile=its.ca_path)
        except (OSError, ValueError) as error:
            raise AwayError("no-secret") from error
        try:
            await aiosmtplib.send(
                mail,
                hostname=its.host,
                port=its.port,
                use_tls=its.security == "tls",
                start_tls=its.security == "starttls",
                tls_context=context,
                username=its.user,
                password=password,
                timeout=STEP_S,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _told(error.recipients[0].code, "recipient") from error
        except aiosmtplib.SMTPDataError as error:
            raise _told(error.code, "content") from error
        except aiosmtplib.SMTPResponseException as error:
            raise AwayError(f"status-{error.code}") from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise AwayError("unreachable") from error

    def _mail(self, outgoing: Outgoing) -> EmailMessage:
        sender, origin = self._settings.sender, outgoing.origin
        address, thread = origin.address or "", origin.thread
        mail = EmailMessage(policy=SMTP)
        try:
            mail["To"] = Address(addr_spec=address)
        except (MessageError, ValueError, IndexError) as error:
            raise RefusedError("no-address") from error
        if not address.isascii():  # few servers take others yet
            raise RefusedError("no-address")
        mail["From"] = sender
        mail["Subject"] = f"Re: {' '.join(outgoing.title.split())}" if outgoing.title else NEUTRAL
        mail["Date"] = format_datetime(datetime.now(UTC))
        mail["Message-ID"] = f"<{outgoing.mark}@{sender.rpartition('@')[2]}>"
        if thread is not None:
            mail["In-Reply-To"] = mail["References"] = thread
        if outgoing.automatic:
            mail["Auto-Submitted"] = "auto-replied"
        mail.set_content(outgoing.text)
        return mail


def _told(code: int, about: str) -> SendError:
    """Tell what the server says of a mail from what it says of itself."""
    if code == CLOSING:
        return AwayError(f"status-{code}")
    return RefusedError(about) if code >= LASTING else SendError(about)
