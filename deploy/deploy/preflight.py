"""What would keep the suite from starting, each in one sentence in Chinese and English, before anything is started."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil

from deploy import kafka, zipkin
from deploy.config import Configuration
from deploy.jars import Jars
from deploy.postgres import NoPostgresError
from deploy.programs import ROLE_PORTS
from deploy.server import listens
from deploy.services import SERVICES

ROOM = 2 * 1024**3
"""Bytes that must be free: jars, databases and a few million events."""

MAVEN = (
    "缺少 Maven(用于获取 Kafka 与 Zipkin):apt-get install maven，或 dnf install maven，或 brew install maven。"
    " Maven is missing (it fetches Kafka and Zipkin): apt-get install maven, or dnf or brew install maven."
)
SETPRIV = (
    "以 root 运行需要 setpriv(util-linux):apt-get install util-linux，或改用普通用户。"
    " Running as root needs setpriv: apt-get install util-linux, or run as an ordinary user."
)


def problems(configuration: Configuration) -> list[str]:
    """List what is in the way; nothing when the suite can start."""
    return [
        *_missing_tools(configuration),
        *_full_disk(configuration),
        *_lost_keys(configuration),
        *_doubled_ports(configuration),
        *_taken_ports(configuration),
    ]


def _missing_tools(configuration: Configuration) -> Iterator[str]:
    if shutil.which("mvn") is None and any(jars.wrong(folder) for jars, folder in _jars(configuration)):
        yield MAVEN
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        yield SETPRIV
    try:
        _ = configuration.postgres().binaries
    except NoPostgresError as error:
        yield str(error)


def _jars(configuration: Configuration) -> Iterator[tuple[Jars, Path]]:
    yield kafka.JARS, configuration.kafka().jars
    if (page := configuration.zipkin_server()) is not None:
        yield zipkin.JARS, page.jars


def _full_disk(configuration: Configuration) -> Iterator[str]:
    configuration.state.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(configuration.state).free
    if free < ROOM:
        there = f"{free / 1024**3:.1f} GB"
        yield (
            f"{configuration.state} 所在磁盘只剩 {there}，至少需要 2 GB：请清理，或把 STATE_DIR 设到别处。"
            f" Only {there} are free where {configuration.state} lies, and 2 GB are needed:"
            " make room, or set STATE_DIR to another place."
        )


def _lost_keys(configuration: Configuration) -> Iterator[str]:
    """Refuse what was sealed under keys that lie elsewhere: it would look as if everybody had been erased."""
    if (configuration.state / "keyring").exists():
        yield (
            f"{configuration.state} 的密钥不在数据库中，其内容无法打开：请 make clean，或把 STATE_DIR 设到别处。"
            f" The keys of {configuration.state} aren't in a database, so nothing would open:"
            " make clean, or set STATE_DIR to another place."
        )


def _doubled_ports(configuration: Configuration) -> Iterator[str]:
    """Name what roles and brokers, whose ports follow from a setting, would take from another one."""
    settings: dict[int, str] = {}
    for setting, port in _ports(configuration):
        if (other := settings.setdefault(port, setting)) != setting:
            yield (
                f"{other} 与由 {setting} 推出的端口都是 {port}：请改其中之一。"
                f" {other} and what follows from {setting} are both {port}: change one of them."
            )


def _taken_ports(configuration: Configuration) -> Iterator[str]:
    for setting, port in _ports(configuration):
        if listens(port):
            zh, en = _holder(port)
            yield (
                f"端口 {port} 已被{zh}占用：请停掉它，或设置 {setting}(例如 make start {setting}={port + 1000})。"
                f" Port {port} is taken by {en}: stop it, or set {setting} (make start {setting}={port + 1000})."
            )


def _ports(configuration: Configuration) -> Iterator[tuple[str, int]]:
    ports = configuration.ports.by_setting()
    if not configuration.zipkin:
        del ports["ZIPKIN_PORT"]
    if not configuration.keycloak():
        del ports["KEYCLOAK_PORT"]
    yield from ports.items()
    if configuration.split:
        for service in SERVICES:
            setting = f"{service.prefix}PORT"
            yield from ((setting, ports[setting] + plus) for plus in ROLE_PORTS.values() if plus)
    for broker in configuration.kafka().brokers[1:]:
        yield from (("KAFKA_PORT", broker.port), ("KAFKA_CONTROLLER_PORT", broker.controller_port))


def _holder(port: int) -> tuple[str, str]:
    """Name the process that listens at a port, as far as this user may see it."""
    try:
        pid = next(
            (
                each.pid
                for each in psutil.net_connections("tcp")
                if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port and each.pid
            ),
            None,
        )
        if pid is not None:
            name = psutil.Process(pid).name()
            return f"进程 {name}(pid {pid})", f"{name} (pid {pid})"
    except psutil.Error:
        pass
    return "另一个进程", "another process"
