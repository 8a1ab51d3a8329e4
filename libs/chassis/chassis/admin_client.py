"""kafka-python's admin client, without what a failed attempt to connect leaves behind."""

from typing import Any

from contracts.bus import Bus
from contracts.refusal import explained
from kafka import KafkaAdminClient


class AdminClient(KafkaAdminClient):  # type: ignore[misc]  # kafka-python has no types
    """An admin client that ends its thread when it can't connect.

    kafka-python 3.0 starts a thread before it connects, and leaves it running when the brokers don't answer or don't
    know the user. Whoever tries again every second would soon have thousands.
    """

    def __init__(self, bus: Bus, **options: Any) -> None:
        """Connect.

        Raises:
            KafkaError: No broker answers.
            NotLetInError: One does, and refuses us; or the password or the authorities can't be read.
        """
        try:
            with explained(bus):
                super().__init__(**bus.client(), **options)
        except BaseException:
            if hasattr(self, "_net"):
                self._client.close()
                self._net.stop()
            raise
