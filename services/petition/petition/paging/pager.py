"""Pagers as their client (传呼平台): a page is a webhook, signed as Standard Webhooks says.

It holds the number of the petition, whose it is, what can't wait, who is paged (the account that the roster names),
and a link: never a word of the petition, nor of whoever wrote it. ``webhook-id`` is the same however often a page is
delivered.
"""

import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import httpx
import orjson
from chassis.api.webhooks import signature

from petition.channels.secrets import secrets_in
from petition.paging.config import PagerSettings, PagingSettings
from petition.paging.store import Page

ANSWER_S: Final = 5.0
"""Longest wait for an answer, all in all; half of what the database lets a transaction idle."""
NO_PAGER: Final = "no-pager"


class PagerError(Exception):
    """The page wasn't delivered, or nobody said so.

    Attributes:
        reason: A short reason without content, for metrics, logs and the list of pages.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoPagerError(PagerError):
    """The tenant has none: the page stands in the list."""

    def __init__(self) -> None:
        super().__init__(NO_PAGER)


class Pagers:
    """The pagers of an installation."""

    def __init__(self, settings: PagingSettings) -> None:
        """Know them; nothing is connected yet."""
        self._link = settings.page_link
        self._by_tenant: Mapping[str | None, PagerSettings] = MappingProxyType(
            {each.tenant: each for each in settings.pagers}
        )
        self._client: httpx.AsyncClient | None = None

    async def deliver(self, page: Page) -> None:
        """Hand a page over; it returns once the pager has said that it has it.

        Raises:
            PagerError: See there. It may have it all the same, and knows it by its key when it comes again.
        """
        pager = self._by_tenant.get(page.tenant, self._by_tenant.get(None))
        if pager is None:
            raise NoPagerError
        body = orjson.dumps(self._body(page))
        try:
            # Only its status is read: whatever it answers beside that stays where it is.
            async with self._connected().stream(
                "POST", pager.url, content=body, headers=_headers(page, body, _secrets(pager))
            ) as answer:
                status = answer.status_code
        except httpx.HTTPError as error:
            raise PagerError("unreachable") from error
        if not httpx.codes.is_success(status):
            raise PagerError(f"status-{status}")

    def _connected(self) -> httpx.AsyncClient:
        """Make the client on the loop that uses it. It follows nobody elsewhere, and has no settings of the machine."""
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=httpx.Timeout(ANSWER_S), follow_redirects=False, trust_env=False)
        return self._client

    def _body(self, page: Page) -> dict[str, str | None]:
        return {
            "number": page.number,
            "tenant": page.received_by,
            "danger": page.danger,
            "desk": page.tenant,
            "rung": page.rung,
            "to": page.account,
            "paged_at": page.paged_at.isoformat(),
            "link": self._link.replace("{id}", str(page.petition)),
        }


def _secrets(pager: PagerSettings) -> Sequence[bytes]:
    """Read the secrets anew, so that one can take the place of the other while the service runs.

    Raises:
        PagerError: There is none that could sign.
    """
    try:
        return secrets_in(pager.secret_path)
    except (OSError, ValueError) as error:
        raise PagerError("no-secret") from error


def _headers(page: Page, body: bytes, secrets: Sequence[bytes]) -> dict[str, str]:
    timestamp = str(int(time.time()))
    return {
        "content-type": "application/json",
        "webhook-id": page.key,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(signature(secret, page.key, timestamp, body) for secret in secrets),
    }
