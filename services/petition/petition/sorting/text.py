"""One spelling for one word: what rules and model read is folded first."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Protocol

LONGEST = 3_000
"""Characters that are read of a text: its beginning and its end. The rest of a longer one decides nothing."""
UNSEEN = re.compile(
    r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\ud800-\udfff\x00-\x08\x0e-\x1f]+"
)
SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody wrote. Unfolded as it came, folded as rules and model read it."""

    title: str
    text: str

    @property
    def whole(self) -> str:
        """Title and text in one, each on a line."""
        return f"{self.title}\n{self.text}"


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


def fold(message: Message) -> Message:
    """Fold width, case, invisible characters, spaces, and traditional characters into simplified ones (繁转简)."""
    return Message(_fold(message.title), _fold(_shorten(message.text)))


def _shorten(text: str) -> str:
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}\n{text[-half:]}"


def _fold(text: str) -> str:
    seen = UNSEEN.sub("", unicodedata.normalize("NFKC", text)).lower()
    return SPACE.sub(" ", _simplified().convert(seen)).strip()


@cache
def _simplified() -> _Converter:
    import opencc  # noqa: PLC0415 - its dictionaries are only read where something is sorted

    converter: _Converter = opencc.OpenCC("t2s")
    return converter
