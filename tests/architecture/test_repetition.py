"""No six lines stand twice across parts: what two services need alike lives in a library, under a name of its own."""

import ast
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = [
    *sorted(page.parent for page in ROOT.glob("*/pyproject.toml")),
    *sorted(page.parent for page in ROOT.glob("*/*/pyproject.toml")),
    ROOT / "benchmarks",
    *sorted(folder for folder in ROOT.glob("tests/*") if folder.is_dir()),
]
LINES = 6
CLOSERS = frozenset("()[]{},:")


def telling_lines(source: str) -> Iterator[tuple[int, str]]:
    """Number the lines that say something: neither blank, nor an import, nor only brackets."""
    imports = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom))
    passed_over = {number for node in imports for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    for number, line in enumerate(source.splitlines(), 1):
        text = " ".join(line.split())
        if number not in passed_over and not CLOSERS.issuperset(text):
            yield number, text


def repeated(parts: list[Path]) -> list[str]:
    """Name the places where the same lines begin in files of two parts."""
    listed = subprocess.run(["git", "ls-files", "-z", "*.py"], cwd=ROOT, check=True, capture_output=True, text=True)
    paths = [path for name in listed.stdout.split("\0")[:-1] if (path := ROOT / name).is_file()]
    places: dict[tuple[str, ...], list[tuple[Path, Path, int]]] = defaultdict(list)
    for part in parts:
        for path in filter(lambda path: path.is_relative_to(part), paths):
            lines = list(telling_lines(path.read_text("utf-8")))
            for start in range(len(lines) - LINES + 1):
                window = lines[start : start + LINES]
                places[tuple(text for _, text in window)].append((part, path, window[0][0]))
    return [
        " = ".join(f"{path.relative_to(part.parent)}:{number}" for part, path, number in found)
        for found in places.values()
        if len({part for part, _, _ in found}) > 1
    ]


def test_no_six_lines_stand_twice_across_parts() -> None:
    assert len(PARTS) > 10
    assert not repeated(PARTS)
