"""Keys, signatures, and the file outside the database."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from intel_sink.checkpoints import (
    CheckpointError,
    OutsideFile,
    SignedCheckpoint,
    SigningKey,
    is_authentic,
    load_public,
    public_path,
)
from intel_sink.domain import FIRST, Head

NOW = datetime(2026, 1, 5, tzinfo=UTC)
UUID_ = "01a199d2-ee20-7ac0-8833-4cbdd748ee3c"


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return SigningKey.load_or_create(tmp_path / "key.pem")


def chain(key: SigningKey, length: int) -> list[SignedCheckpoint]:
    found: list[SignedCheckpoint] = []
    for ordinal in range(1, length + 1):
        heads = [Head("t", UUID_, 0, ordinal, "ab" * 32)]
        found.append(key.sign(ordinal, heads, found[-1].digest if found else FIRST))
    return found


def test_the_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key.pem"
    first = SigningKey.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey.load_or_create(path).key_id == first.key_id
    assert [entry.name for entry in sorted(path.parent.iterdir())] == ["key.pem", "key.pem.pub"]
    (signed,) = chain(first, 1)
    assert is_authentic(signed, load_public(public_path(path)))


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    SigningKey.load_or_create(path)
    path.chmod(0o440)  # as a container is given it, whose user isn't the file's
    SigningKey.load_or_create(path)
    for mode in (0o644, 0o660):
        path.chmod(mode)
        with pytest.raises(CheckpointError, match="0600"):
            SigningKey.load_or_create(path)


def test_what_is_no_ed25519_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"")
    path.chmod(0o600)
    with pytest.raises(CheckpointError, match="holds no key"):
        SigningKey.load_or_create(path)
    path.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(CheckpointError, match="no Ed25519 key"):
        SigningKey.load_or_create(path)
    with pytest.raises(CheckpointError, match="no public key"):
        load_public(tmp_path / "nowhere")


def test_a_signature_covers_number_heads_and_predecessor(key: SigningKey) -> None:
    _, second = chain(key, 2)
    assert is_authentic(second, key.public)
    for change in (
        {"ordinal": 3},
        {"previous": FIRST},
        {"heads": [*second.to_json()["heads"], second.to_json()["heads"][0]]},
    ):
        assert not is_authentic(SignedCheckpoint.from_json(second.to_json() | change), key.public)


def test_a_checkpoint_survives_the_way_through_json_and_database(key: SigningKey) -> None:
    (signed,) = chain(key, 1)
    assert SignedCheckpoint.from_json(signed.to_json()) == signed
    assert SignedCheckpoint.from_stored(1, signed.body, signed.key_id, signed.signature) == signed
    for broken in ((2, signed.body), (1, b"[]"), (1, b"\xff"), (1, signed.body.replace(b" ", b"") + b" ")):
        with pytest.raises(CheckpointError):
            SignedCheckpoint.from_stored(*broken, signed.key_id, signed.signature)


@pytest.mark.parametrize("change", [{"heads": 5}, {"signature": "?"}, {"ordinal": "x"}, {"heads": [{}]}], ids=str)
def test_what_is_no_checkpoint_is_refused(key: SigningKey, change: dict[str, object]) -> None:
    (signed,) = chain(key, 1)
    with pytest.raises(CheckpointError):
        SignedCheckpoint.from_json(signed.to_json() | change)


def test_the_file_only_grows_and_takes_each_checkpoint_once(key: SigningKey, tmp_path: Path) -> None:
    outside, signed = OutsideFile(tmp_path / "far" / "away.jsonl"), chain(key, 4)
    assert outside.last() is None
    assert list(outside.read()) == []
    outside.append(signed[:2], NOW)
    outside.append(signed[1:3], NOW)
    outside.append(signed, NOW)
    assert list(outside.read()) == signed
    assert outside.last() == signed[-1]


def test_a_line_that_a_crash_cut_short_is_written_again(key: SigningKey, tmp_path: Path) -> None:
    outside, signed = OutsideFile(tmp_path / "file"), chain(key, 3)
    outside.append(signed, NOW)
    whole = outside.path.read_bytes()
    lines = whole.splitlines(keepends=True)
    for cut in (1, len(lines[2]) // 2, len(lines[2]) - 1):
        outside.path.write_bytes(b"".join(lines[:2]) + lines[2][:cut])
        assert outside.last() == signed[1]
        assert list(outside.read()) == signed[:2]
        outside.append(signed[2:], NOW)
        assert outside.path.read_bytes() == whole
    outside.path.write_bytes(lines[0][:7])
    assert outside.last() is None
    outside.append(signed, NOW)
    assert outside.path.read_bytes() == whole


def test_what_does_not_continue_the_file_is_refused(key: SigningKey, tmp_path: Path) -> None:
    outside, signed = OutsideFile(tmp_path / "file"), chain(key, 3)
    with pytest.raises(CheckpointError, match="doesn't continue"):
        outside.append(signed[1:], NOW)
    outside.append(signed[:1], NOW)
    with pytest.raises(CheckpointError, match="doesn't continue"):
        outside.append(signed[2:], NOW)
    other = key.sign(1, [Head("t", UUID_, 0, 9, "cd" * 32)], FIRST)
    with pytest.raises(CheckpointError, match="isn't the database's"):
        outside.append([other], NOW)
    assert list(outside.read()) == signed[:1]


def test_a_file_of_something_else_is_told(tmp_path: Path) -> None:
    outside = OutsideFile(tmp_path / "file")
    outside.path.write_bytes(b"hello\n")
    with pytest.raises(CheckpointError):
        outside.last()
    with pytest.raises(CheckpointError):
        list(outside.read())
