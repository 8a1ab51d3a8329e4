"""A log line tells what happened, and nothing of anybody, whatever a library put into it."""

import json
import logging
from typing import Any

import psycopg
from chassis.process.structured_logs import JsonFormatter, attributes_of, message_of

NUMBER = "13800138000"


def record(message: str, *args: Any, error: BaseException | None = None, **extra: Any) -> logging.LogRecord:
    exc_info = None if error is None else (type(error), error, error.__traceback__)
    made = logging.LogRecord("library", logging.WARNING, __file__, 1, message, args, exc_info)
    vars(made).update(extra)
    return made


def line(made: logging.LogRecord) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(JsonFormatter("petition").format(made))
    return written


def test_a_message_is_masked_with_what_is_filled_into_it() -> None:
    assert line(record("no such user: %s", NUMBER))["message"] == "no such user: 〔电话〕"
    assert message_of(record("身份证440106199001011235")) == "身份证〔身份证〕"


def test_what_comes_as_extra_is_masked_and_other_values_stay() -> None:
    written = line(record("x", given=f"call {NUMBER}", offset=13800138000))
    assert (written["given"], written["offset"]) == ("call 〔电话〕", 13800138000)


def test_the_text_of_an_error_of_the_infrastructure_is_masked() -> None:
    found = attributes_of(record("x", error=psycopg.OperationalError(f"duplicate key ({NUMBER})")))
    assert found["exception.message"] == "duplicate key (〔电话〕)"


def test_what_names_requests_topics_and_places_stays_readable() -> None:
    said = "01a19a0d-96fe-7b83-8107-ded71d4d410b petition.petitions.v1/11@13800138 127.0.0.1:9092 192.168.10.200"
    assert line(record(said))["message"] == said
