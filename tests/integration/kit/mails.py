"""A mail server with one mailbox: GreenMail, a real one, fetched once by hash."""

import imaplib
from pathlib import Path
from typing import Final

from deploy.jars import Jars
from deploy.java import java
from deploy.server import LOOPBACK, Server, free_port

from tests.conftest import CACHE

JARS: Final = Jars("GreenMail", Path(__file__).resolve().parents[3] / "deploy" / "mail")
USER, PASSWORD = "police", "a-password-of-the-test"


class GreenMail(Server):
    """A mail server whose mails are gone when it stops: then its UIDs begin anew."""

    name = "greenmail"

    def __init__(self, state: Path) -> None:
        super().__init__(state)
        self.port = free_port()

    def prepare(self) -> None:
        """Fetch it."""
        JARS.install(CACHE / "greenmail")

    def command(self) -> list[str]:
        """Serve IMAP alone."""
        told = {
            "greenmail.imap.hostname": LOOPBACK,
            "greenmail.imap.port": self.port,
            "greenmail.users": f"{USER}:{PASSWORD}@police.example",
        }
        settings = [f"-D{name}={value}" for name, value in told.items()]
        memory = ("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", f"-Djava.io.tmpdir={self.state}")
        entry = "com.icegreen.greenmail.standalone.GreenMailStandaloneRunner"
        return [str(java()), *memory, *settings, "-cp", f"{CACHE / 'greenmail'}/*", entry]

    def answers(self) -> bool:
        """Sign in."""
        try:
            with imaplib.IMAP4(LOOPBACK, self.port, timeout=2) as server:
                server.login(USER, PASSWORD)
        except (OSError, imaplib.IMAP4.error):
            return False
        return True

    def deliver(self, *mails: bytes) -> None:
        """Put mails into the mailbox."""
        with imaplib.IMAP4(LOOPBACK, self.port, timeout=30) as server:
            server.login(USER, PASSWORD)
            for mail in mails:
                done, _ = server.append("INBOX", "", "", mail)
                assert done == "OK"

    def empty(self) -> None:
        """Delete what is there; UIDs go on."""
        with imaplib.IMAP4(LOOPBACK, self.port, timeout=30) as server:
            server.login(USER, PASSWORD)
            server.select("INBOX")
            server.store("1:*", "+FLAGS", "\\Deleted")
            server.expunge()
