"""Named places in the code where a test lets something go wrong.

A fault point is a no-op until it is armed: by the environment for a subprocess, or by `armed` in-process.
``FAULTS="relay.after_send:exit:3,inbox.before_commit:stop"`` arms two points: the third pass through
``relay.after_send`` ends the process, the first through ``inbox.before_commit`` stops it. Each fires once.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, assert_never, cast, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Action = Literal["raise", "exit", "stop"]

EXIT_STATUS: Final = 70
"""Exit status of a process that an ``exit`` fault ended (EX_SOFTWARE: no supervisor takes it for success)."""


class FaultInjectedError(Exception):
    """What an armed ``raise`` fault throws unless the test named another exception."""


@dataclass(slots=True)
class Fault:
    """One armed fault point.

    Attributes:
        action: ``raise`` an exception, ``exit`` the process without any clean-up, or ``stop`` it (SIGSTOP).
        nth: The pass at which the fault fires, counted from 1.
        error: What ``raise`` throws.
        passes: How often the point was reached since it was armed.
    """

    action: Action
    nth: int = 1
    error: BaseException | type[BaseException] = FaultInjectedError
    passes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reached(self) -> None:
        """Count the pass, and fire when its turn has come."""
        with self._lock:
            self.passes += 1
            if self.passes != self.nth:
                return
        match self.action:
            case "raise":
                raise self.error
            case "exit":
                os._exit(EXIT_STATUS)
            case "stop":
                # To this very thread: otherwise it could run on while another one takes the signal.
                signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
            case _:
                assert_never(self.action)


def parse(specification: str) -> dict[str, Fault]:
    """Read ``name:action[:nth]``, several separated by commas.

    Raises:
        ValueError: An action that doesn't exist, or a pass that isn't a positive number.
    """
    faults: dict[str, Fault] = {}
    for entry in filter(None, (part.strip() for part in specification.split(","))):
        name, _, rest = entry.partition(":")
        action, _, nth = rest.partition(":")
        if action not in get_args(Action):
            msg = f"fault {entry!r}: the action is one of {', '.join(get_args(Action))}"
            raise ValueError(msg)
        fault = Fault(cast("Action", action), nth=int(nth or 1))
        if fault.nth < 1:
            msg = f"fault {entry!r}: passes are counted from 1"
            raise ValueError(msg)
        faults[name] = fault
    return faults


def load(environment: Mapping[str, str] = os.environ) -> dict[str, Fault]:
    """The faults that the environment variable ``FAULTS`` arms."""
    return parse(environment.get("FAULTS", ""))


_armed: dict[str, Fault] = load()


def fault_point(name: str) -> None:
    """Mark a place where a test may raise, exit or stop. Costs one look at an empty dict when nothing is armed."""
    if _armed and (fault := _armed.get(name)) is not None:
        fault.reached()


@contextmanager
def armed(
    name: str,
    action: Action = "raise",
    *,
    nth: int = 1,
    error: BaseException | type[BaseException] = FaultInjectedError,
) -> Iterator[Fault]:
    """Arm a fault point of this process while the block runs.

    Yields:
        The fault, whose ``passes`` tells how often the point was reached.
    """
    before = _armed.get(name)
    fault = _armed[name] = Fault(action, nth=nth, error=error)
    try:
        yield fault
    finally:
        if before is None:
            del _armed[name]
        else:
            _armed[name] = before
