"""Fault points do nothing until they are armed, and then exactly what they were armed for."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from chassis.testing.faults import EXIT_STATUS, FaultInjectedError, armed, fault_point, parse
from chassis.testing.waiting import eventually_sync

PROGRAM = """
from chassis.testing.faults import fault_point
for n in range(5):
    fault_point("here")
    print(n, flush=True)
"""


def run(faults: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "FAULTS": faults},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_unarmed_point_does_nothing() -> None:
    fault_point("here")


def test_a_point_fires_once_at_the_pass_it_was_armed_for() -> None:
    with armed("here", nth=2) as fault:
        fault_point("here")
        with pytest.raises(FaultInjectedError):
            fault_point("here")
        fault_point("here")
    assert fault.passes == 3


def test_another_point_than_the_armed_one_does_nothing() -> None:
    with armed("here"):
        fault_point("there")


def test_a_point_raises_what_the_test_named_and_is_disarmed_after_the_block() -> None:
    with armed("here", error=ConnectionResetError()), pytest.raises(ConnectionResetError):
        fault_point("here")
    fault_point("here")


def test_the_environment_arms_a_process_to_exit() -> None:
    ended = run("here:exit:3")
    assert ended.returncode == EXIT_STATUS
    assert ended.stdout.split() == ["0", "1"]


def test_the_environment_arms_a_process_to_raise() -> None:
    ended = run("there:exit,here:raise")
    assert ended.returncode == 1
    assert "FaultInjectedError" in ended.stderr


def test_the_environment_arms_a_process_to_stop() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env={**os.environ, "FAULTS": "here:stop:2"}, stdout=subprocess.PIPE, text=True
    ) as process:

        def stopped() -> bool:
            stat = Path(f"/proc/{process.pid}/stat").read_text("ascii")
            return stat.rpartition(")")[2].split()[0] == "T"

        eventually_sync(stopped, that="the process is stopped")
        os.kill(process.pid, signal.SIGCONT)
        output, _ = process.communicate(timeout=10)
    assert output.split() == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("specification", ["here", "here:explode", "here:raise:0", "here:raise:soon"])
def test_a_specification_that_cant_be_meant_is_refused(specification: str) -> None:
    with pytest.raises(ValueError, match=r"fault|invalid literal"):
        parse(specification)
