"""A relay in a process of its own, so that a test can stop and kill it.

Its argument is a JSON object of the relay's parameters but the bus, which the environment names.
Prints ``leading`` when it leads and ``standing by`` when it doesn't; ends on SIGTERM.
"""

import json
import signal
import sys
import threading

from contracts.bus import Bus

from chassis.relay.leadership import Relay

POLL_S = 0.05


def main() -> None:
    """Relay until SIGTERM."""
    relay = Relay(bus=Bus.from_environment(), **json.loads(sys.argv[1]))
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    relay.start()
    leading: bool | None = None
    while not ended.wait(POLL_S):
        if relay.leading != leading:
            leading = relay.leading
            sys.stdout.write("leading\n" if leading else "standing by\n")
            sys.stdout.flush()
    relay.stop()


if __name__ == "__main__":
    main()
