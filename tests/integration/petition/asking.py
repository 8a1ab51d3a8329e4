"""What tests of answers in a thread do again and again: a department asks for more where somebody wrote."""

from typing import Any

from .conftest import Petitions
from .test_petition_jurisdiction import act

FIRE = {"department": "fire"}
ASKED = {"text": "请补充路口的门牌号。"}
QUESTION, MORE = "路口的消防栓坏了，请问什么时候修好", "在东风路九十七号门前，谢谢。"


async def asked(petitions: Petitions, row: dict[str, Any]) -> str:
    """Have the fire department take a petition on, and ask its sender for more; give its id."""
    id_ = str(row["id"])
    await petitions.in_hand(id_, "fire")
    done = await act(petitions, id_, "request-supplement", ASKED, **FIRE)
    assert done.status_code == 200, done.text
    return id_


async def supplements(petitions: Petitions) -> list[tuple[str, str | None]]:
    """Give of each petition where it stands, and what its sender sent later."""
    found = []
    for row in petitions.rows("SELECT id FROM petitions ORDER BY id"):
        seen = (await petitions.get(f"/v1/petitions/{row['id']}", "triage")).json()
        found.append((seen["state"], seen["supplement"]))
    return found
