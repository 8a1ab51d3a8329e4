"""The development issuer's keys change while the suite is at work, and no request is refused for it."""

import time
from http import HTTPStatus

import httpx

from deploy.gateway import Gateway, write_tokens
from deploy.issuer import Issuer
from deploy.server import POLL_S, NotReadyError

TAKEN_WITHIN_S = 15.0
"""How long a gateway may take to read a file that was replaced; a fraction of a second is usual."""


def rotate(issuer: Issuer, gateway: Gateway) -> None:
    """Sign with a new key, once the gateway knows it; services look for it when the first token names it.

    Args:
        issuer: Whose key it is.
        gateway: Running, or not.

    Raises:
        NotReadyError: The gateway runs and doesn't take the new key; the old one goes on signing.
    """

    def announce(token: str) -> None:
        write_tokens(gateway.door, gateway.state)
        if gateway.answers():
            _wait_until_taken(gateway, token)

    issuer.rotate(announce)


def retire(issuer: Issuer, gateway: Gateway) -> None:
    """Forget all keys but the one that signs: every token of another one is refused from now on."""
    issuer.retire()
    write_tokens(gateway.door, gateway.state)


def _wait_until_taken(gateway: Gateway, token: str) -> None:
    """Ask for an address that isn't there: who is let in is told so."""
    deadline = time.monotonic() + TAKEN_WITHIN_S
    with httpx.Client(headers={"authorization": f"Bearer {token}"}, timeout=2, trust_env=False) as client:
        while True:
            answer = client.get(f"{gateway.url}/v1/nothing")
            if answer.status_code == HTTPStatus.NOT_FOUND:
                return
            if time.monotonic() > deadline:
                raise NotReadyError(
                    f"网关 {TAKEN_WITHIN_S:g} s 内未采用新密钥，仍用旧密钥签发。"
                    " The gateway didn't take the new key in time, so the old one goes on signing;"
                    f" its last answer was {answer.status_code}."
                )
            time.sleep(POLL_S)
