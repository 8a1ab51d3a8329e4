"""The command says what is wrong, and its exit status agrees."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts import cli

Edit = Callable[[str, Callable[[dict[str, Any]], object]], None]
TRANSFERS = "[to-exit-entry.json, fraud-report-entrusted.json]"
"""The examples of a transfer, as its topic's page names them."""


def run(folder: Path, *arguments: str) -> int:
    return cli.main(["--directory", str(folder), *arguments])


def test_a_folder_in_order_passes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "check") == 0
    pages = [page.read_text("utf-8") for page in (folder / "topics").iterdir()]
    types = sum(page.count("  - type: ") for page in pages)
    assert f"{len(pages)} topics, {types} event types: all in order" in capsys.readouterr().out


def spoiled_example(document: dict[str, Any]) -> None:
    document["data"]["title"] = "unsealed"


@pytest.mark.parametrize(
    ("name", "how", "said"),
    [
        ("examples/portal-question.json", spoiled_example, "examples/portal-question.json: /data/title"),
        ("examples/portal-question.json", lambda e: e.pop("id"), "examples/portal-question.json"),
        ("examples/portal-question.json", lambda e: e.update(extra=1), "examples/portal-question.json"),
        (
            "examples/to-exit-entry.json",
            lambda e: e.update(type="yiwangban.petition.petition.closed.v1"),
            "examples/to-exit-entry.json",
        ),
        ("events/petition-closed.v1.schema.json", lambda s: s["required"].clear(), "petition-closed.v1: r1 → now"),
        ("events/petition-closed.v1.schema.json", lambda s: s.update(type="thing"), "not a JSON Schema"),
        (
            "events/petition-closed.v1.schema.json",
            lambda s: s["properties"].update(by={"$ref": "https://schema.example/by"}),
            "not a JSON Schema that stands for itself",
        ),
    ],
    ids=[
        "not-sealed",
        "no-id",
        "unknown-attribute",
        "another-type",
        "not-compatible",
        "not-a-schema",
        "refers-elsewhere",
    ],
)
def test_what_is_wrong_is_named(
    folder: Path,
    edit: Edit,
    capsys: pytest.CaptureFixture[str],
    name: str,
    how: Callable[[dict[str, Any]], object],
    said: str,
) -> None:
    edit(name, how)
    assert run(folder, "check") == 1
    assert said in capsys.readouterr().err


def test_a_schema_never_reads_another_file(
    folder: Path, edit: Edit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text('{"type": "string"}', "utf-8")
    edit(
        "events/petition-closed.v1.schema.json",
        lambda schema: schema["properties"].update(extra={"$ref": outside.as_uri()}),
    )
    assert run(folder, "check") == 1
    assert "not a JSON Schema that stands for itself" in capsys.readouterr().err


def test_an_example_under_the_wrong_type_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = folder / "topics" / "petition.petitions.v1.yaml"
    text = page.read_text("utf-8")
    page.write_text(text.replace(TRANSFERS, "[closed-as-answered.json]"), "utf-8")
    assert run(folder, "check") == 1
    said = capsys.readouterr().err
    assert "lists it under yiwangban.petition.petition.transferred.v1" in said
    assert "examples/to-exit-entry.json: no topic names it" in said


def test_a_type_without_an_example_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = folder / "topics" / "petition.petitions.v1.yaml"
    page.write_text(page.read_text("utf-8").replace(TRANSFERS, "[]"), "utf-8")
    assert run(folder, "check") == 1
    assert "petition.transferred.v1: has no example" in capsys.readouterr().err


def test_a_file_that_no_topic_names_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "events" / "left-over.v1.schema.json").write_text("{}", "utf-8")
    assert run(folder, "check") == 1
    assert "events/left-over.v1.schema.json: no topic names it" in capsys.readouterr().err


def test_a_folder_that_does_not_load_is_a_sentence_and_not_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "check") == 1
    assert "no topics" in capsys.readouterr().err


def test_generated_types_are_written_and_compared(
    folder: Path, edit: Edit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = tmp_path / "events.py"
    module.write_text(cli.EVENTS_MODULE.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(cli, "EVENTS_MODULE", module)
    assert run(folder, "generate", "--check") == 0
    edit("events/petition-closed.v1.schema.json", lambda schema: schema.update(description="It ended."))
    assert run(folder, "generate", "--check") == 1
    assert "run `contracts generate`" in capsys.readouterr().err
    assert "It ended." not in module.read_text("utf-8")
    assert run(folder, "generate") == 0
    assert "It ended." in module.read_text("utf-8")
    assert run(folder, "generate", "--check") == 0


def test_the_asyncapi_document_follows_the_contracts(
    folder: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("events/petition-closed.v1.schema.json", lambda schema: schema.update(description="It ended."))
    assert run(folder, "check") == 1
    assert "run `contracts asyncapi`" in capsys.readouterr().err
    assert run(folder, "asyncapi") == 0
    assert "It ended." in (folder / "asyncapi.yaml").read_text("utf-8")
    assert run(folder, "check") == 0
    (folder / "asyncapi.yaml").unlink()
    assert run(folder, "check") == 1


def test_a_release_is_told_and_then_there_is_nothing_more_to_release(
    folder: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("events/petition-closed.v1.schema.json", lambda schema: schema.update(description="It ended."))
    assert run(folder, "asyncapi") == 0
    assert run(folder, "check") == 0
    assert "not released yet in their present form: petition-closed.v1" in capsys.readouterr().out
    assert run(folder, "release") == 0
    assert "petition-closed.v1/5.schema.json" in capsys.readouterr().out
    assert run(folder, "release") == 0
    assert "every schema is released" in capsys.readouterr().out


def test_a_release_refuses_a_folder_that_is_not_in_order(folder: Path, edit: Edit) -> None:
    before = (folder / "released" / "SHA256SUMS").read_bytes()
    edit("examples/portal-question.json", spoiled_example)
    assert run(folder, "release") == 1
    assert (folder / "released" / "SHA256SUMS").read_bytes() == before


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    said = capsys.readouterr().out
    assert all(command in said for command in ("check", "generate", "asyncapi", "release"))
