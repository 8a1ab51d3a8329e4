"""Search in the reply library, over more answers than a province will ever write: how fast, and in how much memory.

Words are invented, and come as often as words do (Zipf); answers and questions are as long as real ones are.
Everything is measured in a process of its own, whose memory is then the index's.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import psutil
from demo.report import percentile
from numpy.typing import NDArray
from petition.replies.search import Entry, Index

ANSWERS = 100_000
QUESTIONS = 1_000
WORDS = 40_000
CHARACTERS = 3_500
ANSWER_WORDS, QUESTION_WORDS, SPREAD = 120, 95, 0.8
"""Medians and the deviation of their logarithms; the longest question in a hundred has six times the median."""
SENTENCE = 12
SHARED = 0.3
"""This share of a question's words comes from the answer that it is after."""
MIB = 1024**2


@dataclass(frozen=True, slots=True)
class Search:
    """What a search costs.

    Attributes:
        answers: So many were searched.
        build_s: To build their index.
        index_mib: By how much the process grew, once it was built.
        peak_mib: By how much it had grown at most.
        p50_ms: For a question, segmentation and all.
        p99_ms: The same.
        p99_busy_ms: Of that, what the processor worked; the rest was waiting for it.
        found: The share of questions that found the answer they were after among the first ten.
    """

    answers: int
    build_s: float
    index_mib: float
    peak_mib: float
    p50_ms: float
    p99_ms: float
    p99_busy_ms: float
    found: float


def run() -> Search:
    """Measure in a new process."""
    measured = subprocess.run([sys.executable, "-m", __name__], check=True, capture_output=True, text=True)  # noqa: S603
    found = Search(**json.loads(measured.stdout))
    print(f"  replies: {found}", flush=True)
    return found


def measure(answers: int = ANSWERS, questions: int = QUESTIONS) -> Search:
    """Build an index, and ask it one question after the other."""
    random = np.random.default_rng(2010)
    writer = _Writer(random)
    process = psutil.Process()
    list(Index([Entry(id="", answer="预热")]).find("预热"))  # the dictionary is read with the first word
    before, began = process.memory_info().rss, time.monotonic()
    wanted = frozenset(random.choice(answers, questions, replace=False).tolist())
    kept: dict[int, NDArray[np.int64]] = {}
    index = Index(_entries(writer, answers, wanted, kept))
    build_s = time.monotonic() - began
    grown, peak = process.memory_info().rss - before, _peak() - before
    delays, busy, hits = [], [], 0
    for number, words in kept.items():
        question = writer.question(words)
        asked, worked = time.perf_counter(), time.thread_time()
        found = index.find(question)
        delays.append((time.perf_counter() - asked) * 1e3)
        busy.append((time.thread_time() - worked) * 1e3)
        hits += str(number) in {hit.id for hit in found}
    return Search(
        answers,
        build_s,
        grown / MIB,
        peak / MIB,
        percentile(delays, 0.5),
        percentile(delays, 0.99),
        percentile(busy, 0.99),
        hits / len(kept),
    )


def _entries(
    writer: "_Writer", answers: int, wanted: frozenset[int], kept: dict[int, NDArray[np.int64]]
) -> Iterator[Entry]:
    for number in range(answers):
        words = writer.words(ANSWER_WORDS)
        if number in wanted:
            kept[number] = words
        yield Entry(id=str(number), answer=writer.text(words))


def _peak() -> int:
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


class _Writer:
    """Writes in an invented language with the frequencies of a real one."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        characters = 0x4E00 + random.permutation(CHARACTERS)
        often = 1 / (np.arange(CHARACTERS) + 20)
        drawn = random.choice(characters, (WORDS, 4), p=often / often.sum())
        lengths = random.choice([1, 2, 3, 4], WORDS, p=[0.1, 0.65, 0.15, 0.1])
        self._words = ["".join(map(chr, row[:length])) for row, length in zip(drawn, lengths, strict=True)]
        zipf = 1 / (np.arange(WORDS) + 2.7)
        self._until = np.cumsum(zipf / zipf.sum())

    def words(self, median: int) -> NDArray[np.int64]:
        """Draw words, log-normally many."""
        count = max(3, int(self._random.lognormal(np.log(median), SPREAD)))
        return np.minimum(np.searchsorted(self._until, self._random.random(count)), WORDS - 1)

    def question(self, answer: NDArray[np.int64]) -> str:
        """Write a question that shares some words with the answer it is after."""
        words = self.words(QUESTION_WORDS)
        shared = self._random.random(len(words)) < SHARED
        words[shared] = self._random.choice(answer, int(shared.sum()))
        return self.text(words)

    def text(self, words: NDArray[np.int64]) -> str:
        """Put words into sentences."""
        return "，".join(
            "".join(self._words[word] for word in words[at : at + SENTENCE]) for at in range(0, len(words), SENTENCE)
        )


if __name__ == "__main__":
    print(json.dumps(asdict(measure())))
