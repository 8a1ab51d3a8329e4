"""A model is a file, and whoever can write files could write a wrong one. Training never makes it worse."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from petition.sorting import training
from petition.sorting.evaluating import LABELLED, PART
from petition.sorting.labelled import BrokenLabels, Labelled, corpus, read, split
from petition.sorting.learning import learn
from petition.sorting.measuring import measure
from petition.sorting.model import Head, Model
from petition.sorting.model_file import BrokenModel, Models, decode, encode
from petition.sorting.ngrams import count
from petition.sorting.suggest import Sorter
from petition.sorting.text import Message, fold
from safetensors.numpy import save

REAL = Path(__file__).parents[4] / "shared" / "data"
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def few() -> list[Labelled]:
    return corpus("development")[::3]


@pytest.fixture(scope="module")
def model(few: list[Labelled]) -> Model:
    return learn(few, 1, {"messages": str(len(few))})


def test_a_model_comes_back_from_its_file_as_it_was(model: Model) -> None:
    again = decode(encode(model))
    assert (again.version, again.about) == (model.version, model.about)
    message = fold(Message("我被骗了", "刚才转账"))
    assert {name: answer.logs for name, answer in again.answers(message).items()} == {
        name: answer.logs for name, answer in model.answers(message).items()
    }


def test_the_arrays_answer_as_the_library_that_learned_them(few: list[Labelled], model: Model) -> None:
    from petition.sorting.learning import _machine, _numbers  # noqa: PLC0415 - loads scikit-learn
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer  # noqa: PLC0415

    folded = [fold(each.message) for each in few]
    counted = CountVectorizer(analyzer=_numbers, min_df=2).fit_transform(folded)
    values = TfidfTransformer(sublinear_tf=True).fit_transform(counted)
    machine = _machine().fit(values, [each.kind for each in few])
    answers = [model.heads["kind"].answer(count(message)) for message in folded]
    ours = [max(answer.logs, key=answer.logs.__getitem__) for answer in answers]
    assert ours == list(machine.predict(values))


def broken_heads(model: Model) -> dict[str, Model]:
    kind = model.heads["kind"]
    wrong: dict[str, dict[str, Any]] = {
        "types": {"idf": kind.idf.view(np.int32)},
        "shape": {"bias": kind.bias[:-1]},
        "order": {"features": kind.features[::-1].copy()},
        "labels": {"labels": (*kind.labels[:-1], "joke")},
        "twice": {"labels": (*kind.labels[:-1], kind.labels[0])},
        "infinite": {"bias": kind.bias + np.float32(np.inf)},
        "scale": {"scale": float("nan")},
    }
    return {name: Model(1, {"kind": dataclasses.replace(kind, **change)}) for name, change in wrong.items()}


@pytest.mark.parametrize("fault", ["types", "shape", "order", "labels", "twice", "infinite", "scale"])
def test_a_model_with_a_wrong_array_is_refused(model: Model, fault: str) -> None:
    with pytest.raises(BrokenModel):
        decode(encode(broken_heads(model)[fault]))


def test_what_is_no_model_is_refused(model: Model) -> None:
    body = encode(model)
    deep = save({"a": np.zeros(1)}, {"format": "yiwangban-sorting/1", "model": "[" * 100_000})
    for wrong in (b"", b"\x80\x04cos\nsystem\n", body[:-1], body[:100], b"\xff" * 8 + body[8:], save({}), deep):
        with pytest.raises(BrokenModel):
            decode(wrong)


def test_a_file_that_was_changed_is_refused(model: Model, tmp_path: Path) -> None:
    models = Models(tmp_path)
    assert models.current() is None
    sha256 = models.replace(model, {})
    current = models.current()
    assert current
    assert current.version == 1
    path = tmp_path / f"{sha256}.safetensors"
    body = bytearray(path.read_bytes())
    body[-1] ^= 1
    path.write_bytes(body)
    with pytest.raises(BrokenModel, match="name"):
        models.current()
    path.unlink()
    with pytest.raises(BrokenModel):
        models.current()


@pytest.mark.parametrize("named", ['{"sha256": "../../etc/passwd"}', "{}", "[]", "no", '{"sha256": 3}'])
def test_a_folder_that_names_something_else_is_refused(tmp_path: Path, named: str) -> None:
    (tmp_path / "current.json").write_text(named)
    with pytest.raises(BrokenModel):
        Models(tmp_path).current()


def test_a_better_model_replaces_and_a_worse_one_is_refused(few: list[Labelled], tmp_path: Path) -> None:
    models, rules = Models(tmp_path), ()
    learned, held_out = split(few, 3)
    first = training.train(learned, held_out, rules=rules, models=models, now=NOW)
    assert first.sha256
    assert not first.worse
    wrong = [dataclasses.replace(each, kind="suggest" if at % 2 else "help") for at, each in enumerate(learned)]
    second = training.train(wrong, held_out, rules=rules, models=models, now=NOW)
    assert second.worse
    assert second.sha256 is None
    assert json.loads((tmp_path / "current.json").read_text())["sha256"] == first.sha256
    third = training.train(learned, held_out, rules=rules, models=models, now=NOW)
    assert third.candidate.version == 2
    assert third.figures == pytest.approx(third.before)


def test_nothing_is_judged_by_what_it_was_learned_from(few: list[Labelled], tmp_path: Path) -> None:
    _, held_out = split(few, 3)
    trained = training.train(few, held_out, rules=(), models=Models(tmp_path), now=NOW)
    assert trained.candidate.about["messages"] == str(len(few) - len(held_out))


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"title": "x"}', '{"text": "x", "kind": "joke"}', '{"label": "joke", "text": "x"}', '"x"', "[" * 9000],
)
def test_a_line_that_is_no_labelled_message_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "labelled.jsonl"
    path.write_text('{"text": "好", "kind": "help"}\n' + line + "\n", "utf-8")
    with pytest.raises(BrokenLabels, match=r"labelled\.jsonl:2"):
        read(path)


def test_an_empty_head_answers_by_its_bias() -> None:
    nothing = np.zeros(0, np.float32)
    head = Head(
        ("help", "report"),
        nothing.astype(np.uint32),
        nothing,
        np.zeros((0, 2), np.float16),
        np.array([1, 0], np.float32),
        1,
    )
    answer = head.answer(count(Message("x", "y")))
    assert answer.logs["help"] > answer.logs["report"]
    assert answer.words("help") == ()


@pytest.mark.skipif(not (REAL / LABELLED).exists(), reason="real messages aren't here: ../shared/data")
def test_general_topics_are_told_apart_on_real_messages() -> None:
    # Half of the smaller file, so that it takes seconds; `make evaluate` learns from both.
    learned, held_out = split(read(REAL / LABELLED), PART)
    figures = measure(Sorter((), learn(learned[::2], 1, {})), held_out)
    assert figures["accuracy.elsewhere"] >= 0.8
    assert figures["macro-f1.elsewhere"] >= 0.78
