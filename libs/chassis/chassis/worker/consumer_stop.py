"""Stopping an aiokafka consumer for good, also when its broker is gone."""

import asyncio
import logging

from aiokafka import AIOKafkaConsumer

from chassis.infrastructure import describe

log = logging.getLogger(__name__)


async def stop_consumer(consumer: AIOKafkaConsumer, within_s: float) -> None:
    """Stop the consumer and wait for it, whatever its own tasks are at. Raises nothing of the consumer's.

    aiokafka 0.14 cancels its fetches and awaits them: one that was pausing because the broker is away lets its
    CancelledError escape from ``stop``, half way. In our task that would look like our own cancellation, and the
    consumer would end in silence; so it stops in a task of its own, and what it left out is closed after it.

    Args:
        consumer: Started or not.
        within_s: Longest wait for each of the two steps.
    """
    for step in (consumer.stop, consumer._client.close):  # noqa: SLF001  closing what is closed does nothing
        task = asyncio.ensure_future(step())
        await asyncio.wait((task,), timeout=within_s)
        if not task.done():
            task.cancel()
        elif not task.cancelled() and (error := task.exception()) is not None:
            log.warning("a consumer didn't stop cleanly: %s", describe(error))
