"""Answers over HTTP (发帖、私信): to forum zones and microblogs by the channel protocol, to a group's relay signed.

What was sent before comes with the same ``Idempotency-Key`` (to a relay: ``webhook-id``), and a counterpart that has
it already says 2xx once more. docs/adding-a-channel.md tells all of it.
"""

import time
from collections.abc import Mapping
from typing import Final

import httpx
import orjson
from chassis.api.webhooks import signature

from petition.channels.config import FeedSettings, RelaySettings
from petition.channels.connector import AwayError, Outgoing, RefusedError, SendError
from petition.channels.feed import bearer, retry_after
from petition.channels.origin import Origin
from petition.channels.secrets import WeakSecretError, secrets_in
from petition.outbound.delivery import Way
from petition.petition import Channel

TIMEOUT: Final = httpx.Timeout(4.0)
AWAY: Final = frozenset({401, 403, 407, 408, 421, 425, 429, 502, 503, 504})
"""What says nothing about the message: who we are isn't known now, or the counterpart has no time."""
OURS: Final = range(400, 500)
SENT: Final = range(200, 300)


class Zone:
    """A forum's zone or a microblog that takes answers."""

    def __init__(self, settings: FeedSettings, url: str) -> None:
        """Send there; nothing is connected yet."""
        self.channel: Channel = settings.channel
        self.source, self._settings, self._url = settings.source, settings, url

    def ways(self, origin: Origin) -> frozenset[Way]:
        """In the open under what was posted; in private where the zone can, and said where to."""
        private = self._settings.private and origin.address is not None
        return frozenset({Way.PUBLIC, *((Way.PRIVATE,) if private else ())}) if origin.message else frozenset()

    async def send(self, outgoing: Outgoing) -> None:
        """Post it, or send it to the author alone.

        Raises:
            SendError: See there; also AwayError and RefusedError.
        """
        told = {
            "id": outgoing.key,
            "in_reply_to": outgoing.origin.message,
            "visibility": outgoing.way.value,
            "text": outgoing.text,
        }
        if outgoing.way is Way.PRIVATE:
            told["to"] = outgoing.origin.address
        if outgoing.withdraws:
            told["withdraws"] = outgoing.withdraws
        headers = {"Idempotency-Key": outgoing.key, **bearer(self._settings.token_path, AwayError)}
        await post(self._url, orjson.dumps(told), headers)


class Group:
    """A group's relay that tells its members what is handed to it, each alone; bulletins, all of them."""

    channel: Channel = Channel.QQ_GROUP

    def __init__(self, settings: RelaySettings, url: str) -> None:
        """Send there; nothing is connected yet."""
        self.source, self._settings, self._url = settings.source, settings, url

    def ways(self, origin: Origin) -> frozenset[Way]:
        """In private, wherever the relay finds who wrote the message."""
        return frozenset({Way.PRIVATE}) if origin.message else frozenset()

    async def send(self, outgoing: Outgoing) -> None:
        """Hand it over, signed as Standard Webhooks says, with each secret that is in use.

        Raises:
            SendError: See there; also AwayError and RefusedError.
        """
        origin, timestamp = outgoing.origin, str(int(time.time()))
        told = {"in_reply_to": origin.message, "to": origin.address, "text": outgoing.text}
        if outgoing.way is Way.PUBLIC:
            told = {"visibility": outgoing.way.value, "text": outgoing.text}
        body = orjson.dumps(told | ({"withdraws": outgoing.withdraws} if outgoing.withdraws else {}))
        try:
            secrets = secrets_in(self._settings.secret_path)
        except (OSError, WeakSecretError) as error:
            raise AwayError("no-secret") from error
        signed = (signature(secret, outgoing.key, timestamp, body) for secret in secrets)
        headers = {
            "webhook-id": outgoing.key,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(signed),
        }
        await post(self._url, body, headers)


async def post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Post a document and read no answer but its status; it follows nobody elsewhere.

    Raises:
        AwayError: The counterpart can't be reached, doesn't know us now, or has no time.
        RefusedError: It will never take this.
        SendError: It couldn't take this now.
    """
    headers = {"Content-Type": "application/json", **headers}
    try:
        async with (
            httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url, content=body, headers=headers) as answer,
        ):
            status, wish = answer.status_code, answer.headers.get("retry-after")
    except httpx.HTTPError as error:
        raise AwayError("unreachable") from error
    if status in SENT:
        return
    if status in AWAY:
        raise AwayError(f"status-{status}", retry_after(wish))
    raise RefusedError(f"status-{status}") if status in OURS else SendError(f"status-{status}", retry_after(wish))
