"""Whoever looks for what should be gone finds it, wherever a suite keeps something."""

import secrets
from pathlib import Path

import psycopg
from chassis.testing.topics import create_topics
from deploy.kafka import Kafka
from deploy.postgres import Postgres
from deploy.search import Needles, in_files, in_rows
from kafka import KafkaProducer

PLACES = ("a row", "a parked record", "a row that was deleted", "an index", "the write-ahead log", "a topic", "a log")


def test_what_is_planted_is_found_in_each_place(
    database_url: str, postgres: Postgres, kafka: Kafka, topic_prefix: str, tmp_path: Path
) -> None:
    texts = {place: f"东风路的陈小明{secrets.token_hex(8)}" for place in PLACES}
    with psycopg.connect(database_url, autocommit=True) as database:
        database.execute("CREATE TABLE letters (word text); CREATE TABLE parked (value bytea)")
        database.execute("CREATE INDEX joined ON letters (replace(word, '|', ''))")
        database.execute("INSERT INTO letters VALUES (%s)", [texts["a row"]])
        database.execute("INSERT INTO letters VALUES (%s)", ["|".join(texts["an index"])])
        database.execute("INSERT INTO parked VALUES (%s)", [texts["a parked record"].encode()])
        database.execute("INSERT INTO letters VALUES (%s)", [texts["a row that was deleted"]])
        database.execute("DELETE FROM letters WHERE word = %s", [texts["a row that was deleted"]])
        database.execute("CHECKPOINT")
        database.execute("SELECT pg_logical_emit_message(true, 'test', %s)", [texts["the write-ahead log"]])
        asked = database.execute("SELECT pg_relation_filepath('letters'), pg_relation_filepath('joined')").fetchone()
        heap, index = (str(postgres.data / path) for path in asked or ())
    topic = f"{topic_prefix}letters"
    create_topics(kafka.bootstrap, [topic], partitions=1)
    with KafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        producer.send(topic, texts["a topic"].encode()).get(10)
    log = tmp_path / "service.log"
    log.write_text(f"INFO {texts['a log']}\n", "utf-8")

    needles = Needles(texts.values())
    in_files_, *_ = in_files([postgres.data, kafka.data, tmp_path], needles)
    in_rows_, _ = in_rows("db", database_url, needles)

    places: dict[str, set[str]] = {place: set() for place in PLACES}
    for hit in (*in_files_, *in_rows_):
        places[PLACES[hit.number]].add(hit.place)
    assert places["a row"] >= {"db: public.letters", heap, index}
    assert "db: public.parked" in places["a parked record"]
    assert heap in places["a row that was deleted"]
    assert "db: public.letters" not in places["a row that was deleted"]
    assert index in places["an index"]
    assert heap not in places["an index"]
    assert {str(Path(each).parent) for each in places["the write-ahead log"]} == {str(postgres.data / "pg_wal")}
    assert {Path(each).parent.name for each in places["a topic"]} == {f"{topic}-0"}
    assert places["a log"] == {str(log)}
