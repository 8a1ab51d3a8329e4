"""supervisord that looks after its programs ten times a second.

As it comes it looks once a second, and needs two looks from a death to the restart: up to 2 s of the
5 s in which a service has to be at work again.
"""

from typing import Any

from supervisor import poller, supervisord

LOOK_S = 0.1


def main() -> None:
    """Run supervisord with a shorter pause."""
    poll = poller.Poller.poll

    def prompt(self: Any, timeout: float) -> Any:
        return poll(self, min(timeout, LOOK_S))

    poller.Poller.poll = prompt
    supervisord.main()


if __name__ == "__main__":
    main()
