"""Files that only their owner may read, and that are replaced whole or not at all."""

import secrets
from pathlib import Path

from deploy.issuer import write_secret

SECRET_BYTES = 32


def replace_secret(path: Path, content: bytes) -> None:
    """Put content into a file of mode 0600, whether or not it was there."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    write_secret(draft, content)
    draft.replace(path)


def kept_secret(path: Path) -> str:
    """Give the secret that a file holds. One that isn't there is made: 256 bits as letters, digits, ``-`` and ``_``."""
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(SECRET_BYTES).encode())
    return path.read_text("ascii")
