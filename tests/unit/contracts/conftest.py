import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from contracts.codec import Codec
from contracts.registry import Registry

CONTRACTS = Path(__file__).resolve().parents[3] / "contracts"
FOLDERS = ("topics", "events", "examples", "reference", "released", "openapi")


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry.load(CONTRACTS)


@pytest.fixture(scope="session")
def codec(registry: Registry) -> Codec:
    return Codec(registry)


@pytest.fixture
def event(registry: Registry) -> dict[str, Any]:
    """A received petition, valid: each test spoils its own copy."""
    received: dict[str, Any] = json.loads(registry.example("portal-question.json"))
    return received


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the contracts to change."""
    for name in FOLDERS:
        shutil.copytree(CONTRACTS / name, tmp_path / "contracts" / name)
    shutil.copy(CONTRACTS / "asyncapi.yaml", tmp_path / "contracts")
    return tmp_path / "contracts"


@pytest.fixture
def edit(folder: Path) -> Callable[[str, Callable[[dict[str, Any]], object]], None]:
    """Change one JSON file of the copy in place."""

    def change(name: str, how: Callable[[dict[str, Any]], object]) -> None:
        path = folder / name
        document = json.loads(path.read_text("utf-8"))
        how(document)
        path.write_text(json.dumps(document, ensure_ascii=False, indent=2), "utf-8")

    return change
