"""A bulletin, as whoever drafts it sends it."""

from typing import Any

BULLETIN: dict[str, Any] = {
    "category": "warning",
    "matter": "fraud",
    "title": "警惕冒充客服退款诈骗",
    "text": "公安机关没有“安全账户”。如已转账，请立即拨打110或96110。",
}
