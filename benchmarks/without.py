"""petition without keyring and cipher: what both cost. Its content has the form of a sealed text, and is none."""

import base64
from typing import Any

from chassis import sealed_columns, sealing
from chassis.cli import service_cli
from chassis.sealing import KEY_BYTES, NONCE_BYTES, PREFIX, TAG_BYTES
from petition.bootstrap import bootstrap
from petition.config import PetitionSettings


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


def _written(plaintext: str, _: bytes, **__: Any) -> str:
    content = bytes(NONCE_BYTES) + plaintext.encode() + bytes(TAG_BYTES)
    return PREFIX + base64.urlsafe_b64encode(content).decode().rstrip("=")


if __name__ == "__main__":
    vars(sealing)["seal"] = vars(sealed_columns)["seal"] = _written
    PetitionSettings.open_keyring = lambda _: OneKey()  # type: ignore[assignment,method-assign,return-value]
    service_cli(bootstrap)()
