"""Files in a bucket, by a real S3 server: whole ones only, each under the hash of its bytes."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from chassis.bucket import PART_BYTES, Bucket

from tests.integration.kit.s3 import BUCKET, S3Proxy

PIECE = bytes(range(256)) * 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Proxy]:
    running = S3Proxy(tmp_path_factory.mktemp("s3"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def bucket(server: S3Proxy, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A prefix of the test's own."""
    for name, value in server.access.items():
        monkeypatch.setenv(name, value)
    return Bucket(BUCKET, secrets.token_hex(8))


async def parts(size: int) -> AsyncIterator[bytes]:
    for start in range(0, size, len(PIECE)):
        yield PIECE[: size - start]


async def read(bucket: Bucket, address: str) -> bytes:
    return b"".join([part async for part in bucket.get(address)])


async def shelves(bucket: Bucket, moment: datetime) -> list[str]:
    return [address for shelf in range(256) for address in await bucket.older_than(moment, shelf)]


@pytest.mark.parametrize("size", [0, 1, len(PIECE), 3 * PART_BYTES + 17])
async def test_a_file_of_any_size_comes_back_as_it_was(bucket: Bucket, size: int) -> None:
    address = await bucket.put(parts(size))
    content = await read(bucket, address)
    assert (len(content), hashlib.sha256(content).hexdigest()) == (size, address)
    assert await bucket.put(parts(size)) == address, "the same once more"


async def test_of_a_file_that_fails_on_its_way_nothing_can_be_read(bucket: Bucket, server: S3Proxy) -> None:
    async def failing() -> AsyncIterator[bytes]:
        async for part in parts(2 * PART_BYTES):
            yield part
        raise ConnectionError

    before = server.objects()
    with pytest.raises(OSError):  # noqa: PT011  whichever of them: the request failed
        await bucket.put(failing())
    assert server.objects() == before


async def test_what_was_deleted_is_gone_and_deleting_it_again_is_no_error(bucket: Bucket) -> None:
    address = await bucket.put(parts(1))
    await bucket.delete(address)
    await bucket.delete(address)
    with pytest.raises(FileNotFoundError):
        await read(bucket, address)


@pytest.mark.parametrize("address", ["../../etc/passwd", "", "A" * 64, "a" * 63, "a" * 64 + "\n"])
async def test_what_is_no_address_leads_nowhere(bucket: Bucket, address: str) -> None:
    with pytest.raises(FileNotFoundError):
        await read(bucket, address)
    with pytest.raises(FileNotFoundError):
        await bucket.delete(address)


async def test_a_shelf_tells_what_is_old(bucket: Bucket) -> None:
    kept = {await bucket.put(parts(size)) for size in range(3)}
    now = datetime.now(UTC)
    assert set(await shelves(bucket, now + timedelta(hours=1))) == kept
    assert await shelves(bucket, now - timedelta(hours=1)) == []


async def test_who_is_not_known_there_is_told_that_the_store_cannot(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = await bucket.put(parts(1))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    stranger = Bucket(BUCKET)
    with pytest.raises(OSError, match="the bucket doesn't answer") as refused:
        await stranger.put(parts(1))
    assert "another" not in str(refused.value)
    with pytest.raises(OSError, match="the bucket doesn't answer"):
        await read(stranger, address)


async def test_while_the_server_is_down_it_fails_within_a_bound_and_goes_on_afterwards(
    bucket: Bucket, server: S3Proxy
) -> None:
    address = await bucket.put(parts(1))
    server.kill()
    try:
        with pytest.raises(OSError, match="the bucket doesn't answer"):
            await read(bucket, address)
    finally:
        server.start()
    assert len(await read(bucket, address)) == 1
