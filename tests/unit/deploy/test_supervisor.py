"""The supervisor's configuration and what is read from its log."""

import configparser
import os
import stat
import time
from pathlib import Path

import pytest
from chassis.testing.waiting import eventually_sync
from deploy.programs import Program
from deploy.supervisor import Supervisor, SupervisorError, render
from supervisor.datatypes import dict_of_key_value_pairs


def supervisor(folder: Path) -> Supervisor:
    return Supervisor(folder, folder / "logs")


def program(**environment: str) -> Program:
    return Program(name="p", command=["/bin/a b", "x%y"], order=1, environment=environment)


def test_settings_arrive_as_they_were_given(tmp_path: Path) -> None:
    given = {"DSN": "postgresql://u:p-_W@h:1/d?x=1,2", "JSON": '{"a": "b, c"}', "PERCENT": "100%", "EMPTY": ""}
    text = render([program(**given)], supervisor(tmp_path))
    parsed = configparser.RawConfigParser()
    parsed.read_string(text)
    section = parsed["program:p"]
    assert dict_of_key_value_pairs(section["environment"].replace("%%", "%")) == given
    assert section["command"] == "'/bin/a b' x%%y"
    assert section["autorestart"] == "true"


@pytest.mark.parametrize("value", ["it's", "two\nlines"])
def test_what_could_change_the_configuration_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(SupervisorError):
        render([program(X=value)], supervisor(tmp_path))


def test_a_deep_folder_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    assert len(os.fsencode(supervisor(deep).socket)) < 104
    assert supervisor(deep).socket == supervisor(deep).socket != supervisor(tmp_path / ("e" * 120)).socket
    assert supervisor(tmp_path).socket.is_relative_to(tmp_path) or len(os.fsencode(tmp_path)) > 80


def test_a_death_that_nobody_asked_for_is_listed(tmp_path: Path) -> None:
    watched = supervisor(tmp_path)
    watched.logs.mkdir()
    watched.log.write_text(
        "2026-11-24 02:05:50,094 INFO success: kafka entered RUNNING state\n"
        "2026-11-24 02:05:59,131 WARN exited: petition (terminated by SIGKILL; not expected)\n"
        "2026-11-24 02:06:00,131 INFO exited: postgres (exit status 0; expected)\n"
        "2026-11-24 02:06:00,371 WARN stopped: kafka (exit status 143)\n",
        "utf-8",
    )
    (death,) = watched.deaths()
    assert (death.at, death.program, death.how) == ("2026-11-24 02:05:59", "petition", "terminated by SIGKILL")


def test_a_supervisor_restarts_what_was_killed_and_says_so(tmp_path: Path) -> None:
    watched = supervisor(tmp_path)
    watched.launch([Program(name="sleeper", command=["sleep", "600"], order=1)])
    try:
        assert stat.S_IMODE(watched.configuration.stat().st_mode) == 0o600
        watched.start("sleeper")
        first = eventually_pid(watched)
        eventually_sync(lambda: watched.info()[0]["statename"] == "RUNNING", within=5)
        os.kill(first, 9)
        killed = time.monotonic()
        assert eventually_pid(watched, other_than=first) != first
        assert time.monotonic() - killed < 1
        assert watched.deaths()[-1].how == "terminated by SIGKILL"
        watched.launch([Program(name="sleeper", command=["sleep", "600"], order=1)])
        with pytest.raises(SupervisorError, match="make down"):
            watched.launch([Program(name="sleeper", command=["sleep", "601"], order=1)])
    finally:
        watched.shutdown()
    assert not watched.running


def eventually_pid(watched: Supervisor, other_than: int = 0) -> int:
    return eventually_sync(
        lambda: next((info["pid"] for info in watched.info() if info["pid"] not in {0, other_than}), 0), within=5
    )
