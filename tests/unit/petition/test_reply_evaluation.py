"""How often real questions find their own replies; and that the figure counts what it says."""

import json
from pathlib import Path

import pytest
from petition import evaluation as service_evaluation
from petition.cli import cli
from petition.replies import evaluation
from petition.replies.answering import Sure
from typer.testing import CliRunner

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
MATTERS = ("护照换发", "港澳签注", "电动车上牌", "消防通道", "居住证申领", "犬只登记", "噪音扰民", "网络贷款")


def write(folder: Path, replies: dict[str, str]) -> None:
    rows = [
        {"id": str(number), "title": asked, "body": asked, "reply": reply}
        for number, (asked, reply) in enumerate(replies.items())
    ]
    (folder / evaluation.PAIRS).write_text("\n".join(json.dumps(row) for row in rows), "utf-8")


@pytest.mark.skipif(not (DATA / evaluation.PAIRS).exists(), reason="the real messages aren't beside this checkout")
def test_real_questions_find_their_own_replies_as_well_as_they_did() -> None:
    chosen_on, held_out = evaluation.evaluate(DATA)
    assert (chosen_on.questions, held_out.questions, held_out.answers) == (1191, 1097, 2288)
    assert held_out.reciprocal_rank >= 0.72
    assert held_out.hit >= 0.65


def test_every_question_that_finds_its_reply_counts_one(tmp_path: Path) -> None:
    write(tmp_path, {f"{matter}怎么办": f"{matter}请到大厅" for matter in MATTERS})
    found = list(evaluation.evaluate(tmp_path))
    assert [(half.reciprocal_rank, half.hit) for half in found] == [(1, 1), (1, 1)]
    assert sum(half.questions for half in found) == len(MATTERS)


def test_a_reply_that_is_as_near_as_the_own_one_counts_as_nearer(tmp_path: Path) -> None:
    write(
        tmp_path, {f"{matter}怎么办": "请到大厅办理怎么办" for matter in MATTERS[:2]} | {"犬只登记": "犬只登记请到社区"}
    )
    ranks = [half.reciprocal_rank * half.questions for half in evaluation.evaluate(tmp_path)]
    assert sum(ranks) == pytest.approx(2 * 1 / 2 + 1)


def test_a_reply_that_shares_nothing_counts_nothing(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(MATTERS, "已阅"))
    assert [half.reciprocal_rank for half in evaluation.evaluate(tmp_path)] == [0, 0]


@pytest.mark.skipif(not (DATA / evaluation.PAIRS).exists(), reason="the real messages aren't beside this checkout")
def test_few_real_questions_would_be_answered_wrongly_by_the_service_itself() -> None:
    chosen_on, held_out = evaluation.automatic(DATA)
    for half in (chosen_on, held_out):
        assert half.precision is not None
        assert half.precision >= 0.85
        assert half.answered >= 0.008


def test_hardly_anything_but_a_consultation_is_let_through() -> None:
    (found,) = evaluation.consultations()
    assert found.precision is not None
    assert found.precision >= 0.9
    (all_of_them,) = evaluation.consultations(Sure(confidence=0, likeness=0))
    assert all_of_them.precision is not None
    assert all_of_them.precision < found.precision


def test_an_answer_that_is_not_the_own_reply_counts_as_wrong_and_silence_as_neither(tmp_path: Path) -> None:
    same = "护照快到期了怎么换，请问需要带什么"
    write(tmp_path, {same: "请带旧护照", f"{same}？": f"{same}：请到大厅", "犬只登记": f"{same}：请到大厅"})
    found = list(evaluation.automatic(tmp_path, Sure(confidence=0, likeness=0.1)))
    answered = sum(half.answered * half.questions for half in found)
    right = sum((half.precision or 0) * half.answered * half.questions for half in found)
    assert (answered, right) == (2, 1)
    assert all(half.answered == 0 for half in evaluation.automatic(tmp_path, Sure(confidence=1, likeness=1)))


def test_the_command_prints_each_figure_with_its_split(tmp_path: Path) -> None:
    write(tmp_path, {f"{matter}怎么办": f"{matter}请到大厅" for matter in MATTERS})
    printed = CliRunner().invoke(cli, ["evaluate", str(tmp_path)])
    assert printed.exit_code == 0, printed.output
    lines = printed.output.splitlines()
    assert len(lines) == len(service_evaluation.evaluate(tmp_path))
    lines = [line for line in lines if line.startswith("reply search")]
    assert len(lines) == 4
    assert all("MRR@10" in line or "hit@1" in line for line in lines)
    assert sum("held out 留出" in line and "8 replies" in line for line in lines) == 2


def test_without_the_folder_the_command_says_so(tmp_path: Path) -> None:
    refused = CliRunner().invoke(cli, ["evaluate", str(tmp_path / "nowhere")])
    assert refused.exit_code == 2
