"""What is in the way is told in one sentence, in Chinese and English, with what to do."""

import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from deploy.config import Configuration
from deploy.server import free_port

from deploy import preflight


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configuration:
    ports = ("GATEWAY", "ENVOY_ADMIN", "PETITION", "INTEL_SINK", "KAFKA", "KAFKA_CONTROLLER", "POSTGRES")
    free: set[int] = set()
    while len(free) < len(ports):
        free.add(free_port())
    chosen = {f"{name}_PORT": str(port) for name, port in zip(ports, free, strict=True)}
    return Configuration.from_environment({"STATE_DIR": str(tmp_path), **chosen})


@pytest.fixture
def taken(configuration: Configuration) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", configuration.ports.kafka)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_names_its_setting_and_who_has_it(configuration: Configuration, taken: int) -> None:
    (sentence,) = [found for found in preflight.problems(configuration) if "Maven" not in found]
    assert f"端口 {taken}" in sentence
    assert "KAFKA_PORT" in sentence
    assert f"(pid {os.getpid()})" in sentence
    assert f"make start KAFKA_PORT={taken + 1000}" in sentence


def test_a_missing_maven_comes_with_the_way_to_get_it(
    configuration: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "mvn" else found(name))
    (sentence,) = preflight.problems(configuration)
    assert "apt-get install maven" in sentence
    assert "缺少 Maven" in sentence


def test_a_full_disk_is_told_with_what_is_left(configuration: Configuration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100 * 1024**3, 99 * 1024**3, 1024**3))
    sentences = [found for found in preflight.problems(configuration) if "STATE_DIR" in found]
    assert len(sentences) == 1
    assert "1.0 GB" in sentences[0]


def test_a_process_of_a_role_needs_its_port_too(tmp_path: Path, configuration: Configuration) -> None:
    split = Configuration(state=tmp_path, split=True, ports=configuration.ports)
    with socket.create_server(("127.0.0.1", configuration.ports.services["petition"] + 20)):
        assert any("PETITION_PORT" in sentence for sentence in preflight.problems(split))
        assert not any("PETITION_PORT" in sentence for sentence in preflight.problems(configuration))


def test_a_port_that_follows_from_a_setting_is_not_another_ones(tmp_path: Path, configuration: Configuration) -> None:
    ports = replace(configuration.ports, envoy_admin=configuration.ports.kafka + 10)
    three = Configuration(state=tmp_path, brokers=3, ports=ports)
    assert any("ENVOY_ADMIN_PORT" in each and "KAFKA_PORT" in each for each in preflight.problems(three))
    assert not any("ENVOY_ADMIN_PORT" in each for each in preflight.problems(replace(three, brokers=1)))


def test_the_second_broker_needs_its_port_too(tmp_path: Path, configuration: Configuration) -> None:
    three = Configuration(state=tmp_path, brokers=3, ports=configuration.ports)
    with socket.create_server(("127.0.0.1", configuration.ports.kafka + 10)):
        assert any("KAFKA_PORT" in sentence for sentence in preflight.problems(three))
        assert not any("KAFKA_PORT" in sentence for sentence in preflight.problems(configuration))


def test_a_folder_whose_keys_are_not_in_a_database_is_refused(configuration: Configuration) -> None:
    (configuration.state / "keyring").mkdir()
    (sentence,) = [found for found in preflight.problems(configuration) if "Maven" not in found]
    assert "make clean" in sentence
