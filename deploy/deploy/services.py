"""The services of the suite, as a deployment sees them: a new one is one row here."""

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from contracts.registry import Registry

BINARIES = Path(sys.prefix) / "bin"

KEYRING = "keyring"
"""Database of the keys of persons, owned by the user of the same name; no service's, and kept apart from them."""

KEYRING_COMMAND = str(BINARIES / "yiwangban-keyring")


@dataclass(frozen=True, slots=True)
class Route:
    """Paths that the gateway sends to a service.

    Attributes:
        path: A prefix, ended by a slash or the path's end.
        public: Nobody has to be signed in.
        stream: Answers go on for minutes.
        files: Bodies and answers are files: no body waits at the gateway until it is whole, and how large it may be is
            for the service to say.
        hidden: What comes here may be a report of crime, or a look at what became of one: neither who asked nor when is
            kept, in no log and no trace.
    """

    path: str
    public: bool = False
    stream: bool = False
    files: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """A service: a command, a database, a port, and its paths behind the gateway.

    Attributes:
        name: Also the name of its command.
        port: Where it listens by default.
        routes: The first that fits counts.
    """

    name: str
    port: int
    routes: tuple[Route, ...]

    @property
    def database(self) -> str:
        """Name of its own database, owned by the user of the same name."""
        return self.name.replace("-", "_")

    @property
    def prefix(self) -> str:
        """What the names of its own environment variables start with."""
        return f"{self.database.upper()}_"

    @property
    def command(self) -> str:
        """Its command in this environment."""
        return str(BINARIES / self.name)

    @property
    def personal(self) -> bool:
        """Whether its events hold personal fields, so that it needs the keyring."""
        return self.name in _holders()


SERVICES = (
    Service(
        "petition",
        8101,
        (
            Route("/v1/petitions", hidden=True),
            Route("/v1/attachments", files=True, hidden=True),
            Route("/v1/relays", public=True, hidden=True),
            Route("/v1/open311", public=True, hidden=True),
            Route("/v1/codes", public=True, hidden=True),
            Route("/v1/by-code", public=True, hidden=True),
            Route("/v1/deliveries", hidden=True),
            Route("/v1/bulletins"),
            Route("/v1/published-bulletins", public=True),
            Route("/v1/answers"),
            Route("/v1/drafts"),
            Route("/v1/ratings"),
            Route("/v1/petition-reviews"),
            Route("/v1/publications"),
            Route("/v1/published", public=True),
            Route("/v1/hot-matters"),
            Route("/v1/samples"),
            Route("/v1/collaborations"),
            Route("/v1/opinions"),
            Route("/v1/pages"),
            Route("/v1/shifts"),
            Route("/v1/spokesperson"),
            Route("/v1/spokespersons", public=True),
        ),
    ),
    Service("intel-sink", 8102, (Route("/v1/intel"),)),
    Service("accept", 8103, (Route("/v1/service-items"), Route("/v1/cases"))),
    Service("approve", 8104, (Route("/v1/reviews"),)),
    Service(
        "query",
        8105,
        (
            Route("/v1/progress/events", public=True, stream=True, hidden=True),
            Route("/v1/progress", public=True, hidden=True),
            Route("/v1/matters", stream=True, hidden=True),
        ),
    ),
)
"""In the order in which they are listed and started."""


@cache
def _holders() -> frozenset[str]:
    topics = Registry.load().topics.values()
    return frozenset(topic.writer for topic in topics if any(event.personal for event in topic.events))


def service(name: str) -> Service:
    """Find a service.

    Raises:
        KeyError: There is none of this name.
    """
    return {each.name: each for each in SERVICES}[name]


def known(name: str) -> str:
    """Give a service's name back, or the keyring's: whatever has a database of its own.

    Raises:
        ValueError: There is none of this name.
    """
    if name not in {KEYRING, *(each.name for each in SERVICES)}:
        raise ValueError(f"没有服务 {name}。 There is no service {name}.")
    return name


def database(name: str) -> str:
    """Give the database of a service, or the keyring.

    Raises:
        KeyError: There is none of this name.
    """
    return KEYRING if name == KEYRING else service(name).database
