"""No six lines stand twice across packages: what two services need alike lives in a library, under its own name."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(page.parent for folder in ("libs", "services") for page in (ROOT / folder).glob("*/pyproject.toml"))
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


def repeated(packages: list[Path]) -> list[str]:
    """Name the places where the same lines begin in files of two packages."""
    places: dict[tuple[str, ...], list[tuple[Path, Path, int]]] = defaultdict(list)
    for package in packages:
        for path in sorted(package.rglob("*.py")):
            lines = list(telling_lines(path.read_text("utf-8")))
            for start in range(len(lines) - LINES + 1):
                window = lines[start : start + LINES]
                places[tuple(text for _, text in window)].append((package, path, window[0][0]))
    return [
        " = ".join(f"{path.relative_to(package.parent)}:{number}" for package, path, number in found)
        for found in places.values()
        if len({package for package, _, _ in found}) > 1
    ]


def test_no_six_lines_stand_twice_across_packages() -> None:
    assert len(PACKAGES) > 5
    assert not repeated(PACKAGES)
