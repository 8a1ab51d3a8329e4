"""An answer of the reply library, as whoever drafts it sends it."""

from typing import Any

ANSWER: dict[str, Any] = {
    "variants": ["护照快到期了怎么换"],
    "text": "请到大厅办理。",
    "basis": [{"provision": "护照法 第十一条", "source": "全国人大常委会公报"}],
    "effective_from": "2020-01-01",
}
