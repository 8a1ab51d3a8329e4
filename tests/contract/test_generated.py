"""The generated types are what the schemas say."""

from pathlib import Path

from contracts.generate import generate
from contracts.registry import Registry

import contracts.events

ROOT = Path(__file__).resolve().parents[2]


def test_the_committed_types_are_what_the_schemas_say() -> None:
    assert Path(contracts.events.__file__).read_text("utf-8") == generate(Registry.load(ROOT / "contracts"))


def test_generating_twice_gives_the_same_text() -> None:
    assert generate(Registry.load(ROOT / "contracts")) == generate(Registry.load(ROOT / "contracts"))
