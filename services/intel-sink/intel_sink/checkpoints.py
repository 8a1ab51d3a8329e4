"""Signed checkpoints: the heads of all logs, chained, in a table, in a topic, and in a file outside the database.

Whoever can write to the database can make rows, trees and even the table of checkpoints agree with each other. They
can't make them agree with a head that was signed before: for that the file (and the topic's readers) remember it.
"""

import base64
import fcntl
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from intel_sink.domain import FIRST, Head, checkpoint_body

MAX_LINE: Final = 1024 * 1024
"""Longest line that is read back, in bytes; a longer one isn't a checkpoint."""


class CheckpointError(Exception):
    """Checkpoints don't continue each other, or a file of keys or checkpoints can't be what it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint as it leaves the database.

    Attributes:
        ordinal: 1, 2, 3 …
        heads: One for each log, in order.
        previous: SHA-256 of the previous body, in hexadecimal; 64 zeros in the first.
        key_id: Which key signed.
        signature: Ed25519 over :meth:`body`.
    """

    ordinal: int
    heads: tuple[Head, ...]
    previous: str
    key_id: str
    signature: bytes

    @property
    def body(self) -> bytes:
        """What is signed."""
        return checkpoint_body(self.ordinal, self.heads, self.previous)

    @property
    def digest(self) -> str:
        """What the next checkpoint names as ``previous``."""
        return sha256(self.body).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The checkpoint as data of an event and as a line of the file."""
        body: dict[str, Any] = json.loads(self.body)
        return body | {"key_id": self.key_id, "signature": base64.b64encode(self.signature).decode()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_json` gave.

        Raises:
            CheckpointError: it isn't a checkpoint.
        """
        try:
            heads = tuple(
                Head(str(h["topic"]), str(h["topic_uuid"]), int(h["partition"]), int(h["size"]), str(h["root"]))
                for h in data["heads"]
            )
            return cls(
                ordinal=int(data["ordinal"]),
                heads=heads,
                previous=str(data["previous"]),
                key_id=str(data["key_id"]),
                signature=base64.b64decode(data["signature"], validate=True),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CheckpointError(f"not a checkpoint ({type(error).__name__})") from None

    @classmethod
    def from_stored(cls, ordinal: int, body: bytes, key_id: str, signature: bytes) -> Self:
        """Read what the database keeps.

        Raises:
            CheckpointError: its body isn't a checkpoint's, or not this one's.
        """
        try:
            data = json.loads(body)
            checkpoint = cls.from_json(data | {"key_id": key_id, "signature": base64.b64encode(signature).decode()})
        except (TypeError, ValueError) as error:
            raise CheckpointError(f"not a checkpoint ({type(error).__name__})") from None
        if checkpoint.ordinal != ordinal or checkpoint.body != body:
            raise CheckpointError("its columns contradict its body")
        return checkpoint


def key_id_of(public: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the raw public key."""
    return sha256(public.public_bytes_raw()).hexdigest()[:16]


class SigningKey:
    """The private key that signs checkpoints, in a file that only its owner reads; its public half lies beside it."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key()
        self.key_id = key_id_of(self.public)

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """Read the key, or make it at the first start (mode 0600, never overwritten).

        Raises:
            CheckpointError: the file holds no Ed25519 key, or others can read it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _create(path, Ed25519PrivateKey.generate())
        if path.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP):  # a container is given it through its group
            raise CheckpointError(f"{path} can be read by others; make it 0600 or 0440")
        try:
            private = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except ValueError as error:
            raise CheckpointError(f"{path} holds no key") from error
        if not isinstance(private, Ed25519PrivateKey):
            raise CheckpointError(f"{path} holds no Ed25519 key")
        key = cls(private)
        public = public_path(path)
        if not public.exists():
            public.write_bytes(_public_pem(key.public))
        return key

    def sign(self, ordinal: int, heads: Sequence[Head], previous: str) -> SignedCheckpoint:
        """Sign a vector of heads as checkpoint ``ordinal`` after ``previous``."""
        ordered = tuple(sorted(heads))
        signature = self._private.sign(checkpoint_body(ordinal, ordered, previous))
        return SignedCheckpoint(
            ordinal=ordinal, heads=ordered, previous=previous, key_id=self.key_id, signature=signature
        )


def public_path(private: Path) -> Path:
    """Where the public half of the key in ``private`` lies."""
    return private.with_name(private.name + ".pub")


def load_public(path: Path) -> Ed25519PublicKey:
    """Read a public key.

    Raises:
        CheckpointError: there is none.
    """
    try:
        public = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: no public key to check signatures with") from error
    if not isinstance(public, Ed25519PublicKey):
        raise CheckpointError(f"{path} holds no Ed25519 key")
    return public


def is_authentic(checkpoint: SignedCheckpoint, public: Ed25519PublicKey) -> bool:
    """Whether the key signed this checkpoint."""
    try:
        public.verify(checkpoint.signature, checkpoint.body)
    except InvalidSignature:
        return False
    return checkpoint.key_id == key_id_of(public)


class OutsideFile:
    """The file outside the database: one checkpoint a line, appended and synced, never rewritten.

    A line that a crash cut short is dropped at the next append; the table still has its checkpoint.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Iterator[SignedCheckpoint]:
        """The checkpoints, from the first; a last line that was cut short is left out.

        Raises:
            CheckpointError: a whole line isn't a checkpoint.
        """
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            for line in iter(lambda: file.readline(MAX_LINE), b""):
                if line.endswith(b"\n"):
                    yield _parse(line)

    def last(self) -> SignedCheckpoint | None:
        """The newest checkpoint in the file.

        Raises:
            CheckpointError: the last whole line isn't a checkpoint.
        """
        if not self.path.exists():
            return None
        with self.path.open("rb") as file:
            return _last(file)[0]

    def append(self, checkpoints: Sequence[SignedCheckpoint], at: datetime) -> None:
        """Add those checkpoints that the file doesn't have yet, and sync them to the disk.

        Args:
            checkpoints: Ascending ordinals.
            at: When; for people who read the file.

        Raises:
            CheckpointError: they don't continue what the file ends with.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            last, end = _last(file)
            file.truncate(end)
            for checkpoint in checkpoints:
                if last is not None and checkpoint.ordinal <= last.ordinal:
                    if checkpoint.ordinal == last.ordinal and checkpoint.digest != last.digest:
                        raise CheckpointError(f"checkpoint {last.ordinal} in {self.path} isn't the database's")
                    continue
                expected = (last.ordinal + 1, last.digest) if last else (1, FIRST)
                if (checkpoint.ordinal, checkpoint.previous) != expected:
                    raise CheckpointError(f"checkpoint {checkpoint.ordinal} doesn't continue {self.path}")
                line = checkpoint.to_json() | {"written_at": at.isoformat()}
                file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
                last = checkpoint
            file.flush()
            os.fsync(file.fileno())


def _parse(line: bytes) -> SignedCheckpoint:
    try:
        data = json.loads(line)
    except ValueError:
        raise CheckpointError("a line of the file of checkpoints isn't JSON") from None
    return SignedCheckpoint.from_json(data)


def _last(file: BinaryIO) -> tuple[SignedCheckpoint | None, int]:
    """The last whole line's checkpoint, and where that line ends."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - 2 * MAX_LINE)
    file.seek(start)
    whole, newline, _cut = file.read(size - start).rpartition(b"\n")
    if not newline:
        if start:
            raise CheckpointError("the file of checkpoints ends in something else")
        return None, 0
    return _parse(whole.rpartition(b"\n")[2]), start + len(whole) + 1


def _create(path: Path, private: Ed25519PrivateKey) -> None:
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process of this service was first: its key counts
    finally:
        draft.unlink()


def _public_pem(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
