"""Secrets that this service shares with programs that hand messages over, and with pagers."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from chassis.api.webhooks import SHORTEST_SECRET, Sender
from fastapi import Request

from petition.channels.config import SignedSettings
from petition.channels.connector import principal_of
from petition.petition import Channel

SECRETS: Final = 2
"""While one takes the place of the other."""


class WeakSecretError(ValueError):
    """The secret's file holds none, too many, or one that is too short."""


def senders(channel: Channel, known: Sequence[SignedSettings]) -> Callable[[Request], Sender | None]:
    """Tell from the ``source`` in a request's path who may deliver there.

    Raises:
        OSError: A secret can't be read.
        WeakSecretError: See there.
    """
    made: Mapping[str, Sender] = {
        each.source: Sender(principal_of(channel, each.source, each.tenant), secrets_in(each.secret_path))
        for each in known
    }
    return lambda request: made.get(str(request.path_params.get("source")))


def secrets_in(path: Path) -> Sequence[bytes]:
    """Read the secrets of a file, the one that is in use first.

    Raises:
        OSError: It can't be read.
        WeakSecretError: See there.
    """
    found = path.read_bytes().split()
    if not 0 < len(found) <= SECRETS or any(len(secret) < SHORTEST_SECRET for secret in found):
        raise WeakSecretError(f"{path} must hold one or two secrets of {SHORTEST_SECRET} bytes or more")
    return found
