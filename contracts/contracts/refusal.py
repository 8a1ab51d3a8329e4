"""Why a broker doesn't let somebody in, and what to do: clients say only that they couldn't get through."""

import asyncio
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from aiokafka.conn import create_conn
from aiokafka.errors import KafkaError, SaslAuthenticationFailed

from contracts.bus import Bus

WITHIN_S = 1.0
"""Longest that all brokers together are asked. A relay's session with its database waits meanwhile."""

SIGN_IN = (
    "Kafka 不接受 {user} 的口令（{password}）：服务用 make provision 重设，订阅方向运行方索取。"
    " Kafka doesn't take the password of {user} in {password}: `make provision` sets a service's as its file says;"
    " a system outside asks whoever runs the suite."
)
AUTHORITY = (
    "不信任 {server} 的证书（{reason}）：换上最新的签发机构文件 {authorities}；已是最新则可能有人冒充 Kafka。"
    " The certificate of {server} isn't believed ({reason}): put the present authorities into {authorities}."
    " If they are, somebody else may be answering in Kafka's place; if it has ended, `deploy rotate-certificates`."
)
NO_TLS = (
    "{server} 不用 TLS：地址是否正确，是否以 BUS=plaintext 启动。"
    " {server} speaks no TLS: is it another server, or one that was started with BUS=plaintext?"
)
ASKS_FOR_TLS = (
    "{server} 只接受 TLS 连接：请设置 KAFKA_USER、KAFKA_PASSWORD_PATH 和 KAFKA_CA_PATH。"
    " {server} takes connections over TLS only: set KAFKA_USER, KAFKA_PASSWORD_PATH and KAFKA_CA_PATH."
)
UNREADABLE = "无法读取 {path}：{reason}。 {path} can't be read: {reason}."


class NotLetInError(ConnectionError):
    """A broker answers, and doesn't let us in. The message says why and what to do, in Chinese and English."""


@contextmanager
def explained(bus: Bus) -> Iterator[None]:
    """Connect a client in this block; if that fails, and a broker says why, so does the error.

    Raises:
        NotLetInError: A broker answers, and doesn't let us in.
    """
    try:
        yield
    except Exception as error:
        if (why := refusal(bus)) is not None:
            raise NotLetInError(why) from error
        raise


def refusal(bus: Bus) -> str | None:
    """Say why the first broker that answers doesn't let us in. None: it does, or none answers within a second.

    May be called anywhere, also in a coroutine, which it holds up.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _refusal(bus)).result()


async def _refusal(bus: Bus) -> str | None:
    try:
        told = bus.client()
    except OSError as error:
        return UNREADABLE.format(path=error.filename, reason=error.strerror or error)
    servers = told.pop("bootstrap_servers")
    try:
        async with asyncio.timeout(WITHIN_S):
            for server in servers:
                try:
                    return await _asked(bus, server, told)
                except (KafkaError, OSError):
                    continue
    except TimeoutError:
        pass
    return None


async def _asked(bus: Bus, server: str, told: dict[str, object]) -> str | None:
    host, _, port = server.rpartition(":")
    try:
        connection = await create_conn(host, int(port), **told)
    except SaslAuthenticationFailed:
        return SIGN_IN.format(user=bus.user, password=bus.password_path)
    except ssl.SSLCertVerificationError as error:
        return AUTHORITY.format(server=server, reason=error.verify_message, authorities=bus.ca_path)
    except (KafkaError, OSError):  # it hung up: because of what it was spoken to in?
        if bus.user and await _speaks_plaintext(host, int(port)):
            return NO_TLS.format(server=server)
        if not bus.user and await _speaks_tls(host, int(port)):
            return ASKS_FOR_TLS.format(server=server)
        raise
    await connection.close()
    return None


async def _speaks_plaintext(host: str, port: int) -> bool:
    try:
        connection = await create_conn(host, port)
    except (KafkaError, OSError):
        return False
    await connection.close()
    return True


async def _speaks_tls(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
    except ssl.SSLCertVerificationError:
        return True
    except OSError:
        return False
    writer.close()
    return True
