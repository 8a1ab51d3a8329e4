"""The reference list of tenants."""

from pathlib import Path

import pytest
from contracts.registry import BrokenContracts
from contracts.tenants import PROVINCE, load_tenants

GOOD = "code,name_zh,name_en\n440100,广州市,Guangzhou\n440000,广东省,Guangdong\n"


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "reference" / "tenants.csv"


def test_tenants_come_by_code_in_order(folder: Path, path: Path) -> None:
    path.write_text(GOOD, "utf-8")
    tenants = load_tenants(folder)
    assert list(tenants) == [PROVINCE, "440100"]
    assert tenants["440100"].name_zh == "广州市"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "440100,又一个,Again\n", "440100 comes twice"),
        (GOOD + "4401,短,Short\n", "isn't a code"),
        (GOOD + "４４０１００,全角,Wide\n", "isn't a code"),
        (GOOD.replace("name_en", "english"), "name_en"),
    ],
)
def test_a_list_with_a_mistake_is_refused(folder: Path, path: Path, text: str, said: str) -> None:
    path.write_text(text, "utf-8")
    with pytest.raises(BrokenContracts, match=said):
        load_tenants(folder)


def test_a_missing_list_is_a_sentence(folder: Path, path: Path) -> None:
    path.unlink()
    with pytest.raises(BrokenContracts, match=r"tenants\.csv"):
        load_tenants(folder)
