"""``python -m benchmarks.without sealing serve``: petition without something that it does with each message.

What is left out is left out in that process alone, so that its cost can be measured beside the whole service.
"""

import base64
import sys
from typing import Any

from chassis import sealed_columns, sealing
from chassis.cli import service_cli
from chassis.sealing import KEY_BYTES, NONCE_BYTES, PREFIX, TAG_BYTES
from petition import handlers
from petition.bootstrap import bootstrap
from petition.config import PetitionSettings
from petition.suggesting import classify


class OneKey:
    """Instead of a keyring: one key, everybody's."""

    async def create(self, _: str) -> str:
        """Give its id."""
        return "one"

    async def get_many(self, keyids: list[str]) -> dict[str, bytes | None]:
        """Give it."""
        return dict.fromkeys(keyids, bytes(KEY_BYTES))

    def forget(self, keyid: str) -> None:
        """Keep it."""

    async def close(self) -> None:
        """Close nothing."""


def no_sealing() -> None:
    """Leave out keyring and cipher. Content has the form of a sealed text, and is none."""

    def written(plaintext: str, _: bytes, **__: Any) -> str:
        content = bytes(NONCE_BYTES) + plaintext.encode() + bytes(TAG_BYTES)
        return PREFIX + base64.urlsafe_b64encode(content).decode().rstrip("=")

    vars(sealing)["seal"] = vars(sealed_columns)["seal"] = written
    PetitionSettings.open_keyring = lambda _: OneKey()  # type: ignore[assignment,method-assign,return-value]


def no_sorting() -> None:
    """Leave out rules and model: every message is what the first one was."""
    same = classify("请问护照", "请问护照过期怎么换？")
    vars(handlers)["classify"] = lambda *_, **__: same


LEAVE_OUT = {"sealing": no_sealing, "sorting": no_sorting}

if __name__ == "__main__":
    LEAVE_OUT[sys.argv.pop(1)]()
    service_cli(bootstrap)()
