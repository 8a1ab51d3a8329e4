"""The dashboard was never seen in Grafana; so its structure is checked, and that every panel asks for what is there."""

import json
from typing import Any

import pytest

from tests.observability.names import FOLDER, unknown

DASHBOARD: dict[str, Any] = json.loads((FOLDER / "grafana" / "overview.json").read_text("utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
SHOWN = [panel for panel in PANELS if panel["type"] != "row"]
WIDTH = 24


def test_it_can_be_imported_beside_others() -> None:
    assert DASHBOARD["uid"]
    assert "id" not in DASHBOARD, "Grafana gives it its own"
    assert DASHBOARD["schemaVersion"] >= 36
    assert {variable["name"] for variable in DASHBOARD["templating"]["list"]} == {"datasource", "service"}


def test_every_panel_has_an_id_of_its_own() -> None:
    ids = [panel["id"] for panel in PANELS]
    assert len(set(ids)) == len(ids)


def test_no_panel_covers_another() -> None:
    covered: set[tuple[int, int]] = set()
    for panel in PANELS:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= WIDTH
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & covered, panel["title"]
        covered |= cells


@pytest.mark.parametrize("panel", SHOWN, ids=lambda panel: str(panel["title"]))
def test_every_panel_shows_something_that_is_exported(panel: dict[str, Any]) -> None:
    assert panel["type"] in {"timeseries", "stat"}
    assert panel["description"].endswith(".")
    assert " · " in panel["title"]
    assert panel["fieldConfig"]["defaults"]["unit"]
    references = [target["refId"] for target in panel["targets"]]
    assert references
    assert len(set(references)) == len(references)
    for target in panel["targets"]:
        assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"} == panel["datasource"]
        assert unknown(target["expr"]) == set(), target["expr"]
