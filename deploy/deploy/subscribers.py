"""Systems outside the suite that read its topics: who they are, what they may read, and what they need for it.

Each has a folder. It is the only place that knows of it, so that whoever provisions the brokers anew, after they lost
their disks, lets it in again.
"""

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from contracts.bus import MECHANISM, PROTOCOL, Bus
from contracts.registry import Topic

from deploy.access import OUTSIDE, Principal, principal_of, rights_of_subscriber
from deploy.private_files import kept_secret, replace_secret

AUTHORITIES = "authorities.pem"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A system outside the suite.

    Attributes:
        name: Of the system.
        topics: What it asked for.
        folder: What it needs, to be handed over: password, authorities, settings for kcat and for a shell.
    """

    name: str
    topics: tuple[str, ...]
    folder: Path

    @property
    def settings(self) -> Path:
        """A file that a shell reads: everything that a client needs to know."""
        return self.folder / "kafka.env"


class Subscribers:
    """All of one deployment's.

    Args:
        folder: Of their folders.
        bus: Brokers and authorities; as whom is overridden.
    """

    def __init__(self, folder: Path, bus: Bus) -> None:
        self._folder = folder.resolve()
        self._bus = bus

    def add(self, name: str, names: Sequence[str], topics: Iterable[Topic]) -> Subscriber:
        """Note a system and make what it needs; one that is there gets other topics, and keeps its password.

        Raises:
            NotForSubscribersError: It asks for what it may not read; nothing was noted.
        """
        rights_of_subscriber(name, names, topics)
        subscriber = Subscriber(name, tuple(sorted(set(names))), self._folder / name)
        password = kept_secret(subscriber.folder / "password")
        authorities = subscriber.folder / AUTHORITIES
        kcat = subscriber.folder / "kcat.conf"
        own = replace(
            self._bus, user=principal_of(name), password_path=subscriber.folder / "password", ca_path=authorities
        )
        told = {
            "bootstrap.servers": own.bootstrap,
            "security.protocol": PROTOCOL,
            "sasl.mechanisms": MECHANISM,
            "sasl.username": own.user,
            "sasl.password": password,
            "ssl.ca.location": str(authorities),
        }
        replace_secret(kcat, _lines(told))
        replace_secret(subscriber.settings, _lines(own.environment() | {"KCAT_CONFIG": str(kcat)}))
        # Last: a folder without it is no subscriber yet.
        replace_secret(subscriber.folder / "topics.json", json.dumps(subscriber.topics).encode())
        self.renew()
        return subscriber

    def renew(self) -> None:
        """Give each of them the authorities that brokers are believed by now; they have to be handed over again."""
        if self._bus.ca_path is not None:
            for each in self.all():
                replace_secret(each.folder / AUTHORITIES, self._bus.ca_path.read_bytes())

    def remove(self, name: str) -> str:
        """Forget a system, and give the principal that it was.

        Raises:
            NotForSubscribersError: Nothing is called so.
        """
        principal = principal_of(name)
        shutil.rmtree(self._folder / name, ignore_errors=True)
        return principal

    def all(self) -> list[Subscriber]:
        """List them by name."""
        pages = sorted(self._folder.glob("*/topics.json"))
        return [Subscriber(page.parent.name, tuple(json.loads(page.read_bytes())), page.parent) for page in pages]

    def principals(self, topics: Sequence[Topic], prefix: str = "") -> list[Principal]:
        """Give them as principals. A topic that isn't for them any more is no longer theirs to read."""
        allowed = {topic.name for topic in topics if topic.audience == OUTSIDE}
        return [
            Principal(
                principal_of(each.name),
                kept_secret(each.folder / "password"),
                rights_of_subscriber(each.name, sorted(allowed & set(each.topics)), topics, prefix),
            )
            for each in self.all()
        ]


def _lines(settings: dict[str, str]) -> bytes:
    return "".join(f"{name}={value}\n" for name, value in settings.items()).encode()
