"""A message and its last version: the original is kept apart from what is shown. Pure."""

from collections.abc import Mapping
from typing import Final

VERSIONS: Final = {"title": "revised_title", "text": "revised_text", "suggestion": "revised_suggestion"}
"""The column of the last version, by that of the first."""
REVISED: Final = frozenset(VERSIONS.values())


_ALL: Final = VERSIONS | {"supplement": "revised_supplement"}


def as_it_reads_now(content: Mapping[str, str | None]) -> dict[str, str | None]:
    """Give a content as its sender last had it; with what they sent later, which has versions of its own."""
    newest = {first: content[last] for first, last in _ALL.items() if last in content}
    return {**content} | newest
