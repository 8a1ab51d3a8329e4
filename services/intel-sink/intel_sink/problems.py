"""What this service's own refusals read like over HTTP."""

from chassis.api.errors import Problem, ProblemType
from chassis.api.refusals import Refusals

from intel_sink.store import BadCursor

# fmt: off
UNFOCUSED = ProblemType("unfocused-search", 422, "未指明要找什么", "Nothing to look for",
    "请给出 subject 或 id。", "Give a subject or an id.")
BAD_CURSOR = ProblemType("bad-cursor", 422, "分页游标无效", "Not a cursor",
    "请原样使用上一页的 next。", "Use the last page's next as it is.")
# fmt: on


REFUSALS: Refusals = {BadCursor: lambda _: Problem(BAD_CURSOR, pointer="/query/cursor")}
