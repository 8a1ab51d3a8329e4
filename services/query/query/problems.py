"""What this service's own refusals read like over HTTP."""

from chassis.api.errors import ProblemType

TICKET = ProblemType(
    "ticket", 404, "凭证无效或已过期", "The ticket isn't valid, or not any more",
    "请用办件编号和查询码重新查询。", "Look the matter up again by its number and query code.",
)  # fmt: skip
POSITION = ProblemType(
    "position", 422, "位置无效", "Not a position",
    "请原样带上此前返回的 position，或不带。", "Send a position as it was given, or none.",
)  # fmt: skip
