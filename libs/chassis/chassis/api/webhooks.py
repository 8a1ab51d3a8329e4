"""Writes by programs that hold a shared secret and no token: webhooks, signed as Standard Webhooks says.

``webhook-signature`` holds ``v1,<base64>`` of HMAC-SHA256 over ``<webhook-id>.<webhook-timestamp>.<body>``, the very
bytes; several, with a space between them, while a secret changes. A timestamp is good for five minutes either way.
A delivery that is repeated within them has its effect once if what it brings has an id: that is its endpoint's part.
"""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.tenants import PROVINCE
from fastapi import Request, Response
from fastapi.routing import APIRoute

from chassis.api.auth import Principal
from chassis.api.body import StrictRequest
from chassis.api.errors import RECOVERING, RETRY_AFTER_S, SIGNATURE_REFUSED, Problem, request_id_of
from chassis.api.route import Edge, Handler, uncached

REPLAY_WINDOW_S: Final = 300
"""How far the timestamp of a delivery may be from now."""
SHORTEST_SECRET: Final = 24
"""Bytes (192 bits)."""
MOST_SIGNATURES: Final = 5
_ID: Final = re.compile(r"[\x21-\x7e]{1,255}")
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")
UNSIGNED: Final[dict[str, Any]] = {
    "openapi_extra": {"security": [], "responses": {"401": {"$ref": "#/components/responses/Problem401"}}}
}
"""Options of a webhook: no token is asked for, but a signature."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who may deliver to a webhook.

    Attributes:
        principal: As whom they act.
        secrets: Any of these signs; two while one takes the place of the other.
    """

    principal: Principal
    secrets: Sequence[bytes]


SenderOf = Callable[[Request], Sender | None]
"""Tells from a request's path who may deliver there; None: nobody may."""


class WebhookRoute(APIRoute):
    """A write by whoever signs it: check the signature over the raw body, open a transaction, answer once it commits.

    What is wrong with a delivery isn't told: an address that doesn't exist and a wrong signature look alike.
    """

    sender_of: SenderOf = staticmethod(lambda _: None)

    def __init__(self, path: str, endpoint: Callable[..., Awaitable[Any]], **options: Any) -> None:
        super().__init__(path, endpoint, **options | UNSIGNED)

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's own handler."""
        run = super().get_route_handler()

        async def handle(plain: Request) -> Response:
            request = StrictRequest(plain.scope, plain.receive)
            edge: Edge = request.app.state.edge
            principal = request.state.principal = await self.delivered(request, edge.max_body_bytes)
            if edge.recovering:
                raise Problem(RECOVERING, headers={"Retry-After": RETRY_AFTER_S})
            async with edge.command(principal, request_id_of(request)) as opened:
                request.state.unit = opened
                response = await run(request)
            return uncached(response)

        return handle

    async def delivered(self, request: StrictRequest, limit: int) -> Principal:
        """Read the body, and give who delivers it.

        Raises:
            Problem: 401, and what is wrong with the body.
        """
        await request.read(limit)
        return verified(request, await request.body(), self.sender_of(request))


class FormRoute(WebhookRoute):
    """The same for a form that names its sender's key among its fields, as the protocol of others wants it."""

    key_field: str = "api_key"

    async def delivered(self, request: StrictRequest, limit: int) -> Principal:
        """Read the form, and give who delivers it.

        Raises:
            Problem: 401, and what is wrong with the body.
        """
        await request.read_form(limit)
        key = (await request.form()).get(self.key_field)
        sender = self.sender_of(request)
        given = key.encode() if isinstance(key, str) else b""
        held = [hmac.compare_digest(secret, given) for secret in (sender.secrets if sender is not None else ())]
        if sender is None or not any(held):
            raise Problem(SIGNATURE_REFUSED)
        return sender.principal


class HolderRoute(WebhookRoute):
    """The same without a signature, for whoever holds what opens one thing only; the endpoint asks for that.

    Attributes:
        holder: As what they are known, to events and records of reads: nobody knows more of them.
    """

    holder: str = ""

    async def delivered(self, request: StrictRequest, limit: int) -> Principal:
        """Read the body; who sends it, nobody knows.

        Raises:
            Problem: What is wrong with the body.
        """
        await request.read(limit)
        return Principal(subject=self.holder, tenant=PROVINCE, roles=frozenset())


def webhook_route(sender_of: SenderOf, kind: type[WebhookRoute] = WebhookRoute) -> type[WebhookRoute]:
    """Make the route class of a router whose deliveries are signed.

    Args:
        sender_of: See there.
        kind: How they are.
    """
    return type("SignedRoute", (kind,), {"sender_of": staticmethod(sender_of)})


def verified(request: Request, body: bytes, sender: Sender | None) -> Principal:
    """Give who delivers.

    Raises:
        Problem: 401 unless one of the secrets signed these very bytes, just now.
    """
    id_, timestamp, signatures = (
        request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
    )
    if not (_ID.fullmatch(id_) and _TIMESTAMP.fullmatch(timestamp)):
        raise Problem(SIGNATURE_REFUSED)
    if abs(time.time() - int(timestamp)) > REPLAY_WINDOW_S:
        raise Problem(SIGNATURE_REFUSED)
    given = signatures.split(" ")[:MOST_SIGNATURES]
    held = [
        hmac.compare_digest(signature(secret, id_, timestamp, body).encode(), one.encode())
        for secret in (sender.secrets if sender is not None else ())
        for one in given
    ]
    if sender is None or not any(held):
        raise Problem(SIGNATURE_REFUSED)
    return sender.principal


def signature(secret: bytes, id_: str, timestamp: str, body: bytes) -> str:
    """Sign a delivery."""
    signed = hmac.digest(secret, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed).decode()}"
