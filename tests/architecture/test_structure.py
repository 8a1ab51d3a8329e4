"""The structure that a newcomer sees in the folder listing, held by tests."""

import ast
import re
import subprocess
import sys
import tomllib
from configparser import ConfigParser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from deploy.services import SERVICES as DEPLOYED

ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted(path for path in (ROOT / "services").iterdir() if (path / "pyproject.toml").exists())
MEMBERS = sorted(path.parent for path in ROOT.glob("*/pyproject.toml")) + sorted(
    path.parent for path in (*ROOT.glob("libs/*/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml"))
)
ENTRANCE = {"__init__", "main", "cli", "bootstrap", "config", "api", "handlers", "domain", "tables", "store", "views"}
WITH_A_WORKFLOW = {"workflow", "access", "problems"}
ELSEWHERE = {
    "routes": "api", "routers": "api", "endpoints": "api", "services": "handlers", "commands": "handlers",
    "models": "domain", "entities": "domain", "rules": "domain", "orm": "tables", "repository": "store",
    "repositories": "store", "schemas": "views", "responses": "views", "settings": "config", "errors": "problems",
    "exceptions": "problems", "permissions": "access", "scopes": "access", "states": "workflow", "restore": "recovery",
}  # fmt: skip
"""Names that other projects give to what has a name here already."""
LONGEST = 300
LONGEST_TEST = 350
BUSINESS_WORDS = re.compile(r"\b(petition|citizen|bulletin|police|fraud|officer|approval|mirror)s?\b", re.IGNORECASE)


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def package_of(service: Path) -> Path:
    return next(path.parent for path in service.glob("*/main.py"))


def imports_of(source: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_every_service_has_the_same_entrance(service: Path) -> None:
    names = {path.stem for path in package_of(service).glob("*.py")}
    assert names >= ENTRANCE
    assert (service / "README.md").exists()
    assert list((service / "migrations").rglob("0001*.py"))


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_the_same_thing_has_the_same_name_in_every_service(service: Path) -> None:
    names = {path.stem for path in package_of(service).glob("*.py")}
    assert not {name: ELSEWHERE[name] for name in names & ELSEWHERE.keys()}
    assert "workflow" not in names or names >= WITH_A_WORKFLOW


def test_whatever_lies_among_the_services_is_deployed_and_nothing_else() -> None:
    assert [path.name for path in SERVICES] == sorted(service.name for service in DEPLOYED)


def test_every_package_is_held_to_the_import_rules() -> None:
    rules = ConfigParser()
    rules.read(ROOT / ".importlinter", "utf-8")
    layers = rules["importlinter:contract:layers"]["layers"].split()
    packages = {path.parent.name for member in MEMBERS for path in member.glob("*/__init__.py")}
    assert set(rules["importlinter"]["root_packages"].split()) == packages
    assert {package_of(service).name for service in SERVICES} < set(layers)


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_a_process_starts_in_a_few_lines(service: Path) -> None:
    assert len((package_of(service) / "main.py").read_text("utf-8").splitlines()) < 25


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*.py")
        if path.name != "events.py"
        and (lines := len(path.read_text("utf-8").splitlines()))
        > (LONGEST_TEST if path.is_relative_to(ROOT / "tests") else LONGEST)
    }
    assert not long


def test_no_module_is_a_dumping_ground() -> None:
    assert not [path for path in tracked("*.py") if path.stem in {"utils", "util", "common", "helpers", "misc"}]


def test_the_chassis_knows_no_business_word() -> None:
    sources = tracked("libs/chassis/*.py")
    found = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in sources
        for match in BUSINESS_WORDS.finditer(path.read_text("utf-8"))
    }
    assert sources
    assert not found


def test_decisions_import_only_the_standard_library_and_contract_types() -> None:
    for service in SERVICES:
        package = package_of(service)
        pure = [package / f"{name}.py" for name in ("domain", "workflow") if (package / f"{name}.py").exists()]
        for source in pure:
            ours = {"contracts", "casework", "workdays", package.name}
            foreign = imports_of(source) - set(sys.stdlib_module_names) - ours
            assert not foreign, f"{source.relative_to(ROOT)} imports {foreign}"


@pytest.mark.parametrize("member", MEMBERS, ids=lambda path: path.name)
def test_every_package_declares_what_it_imports(member: Path) -> None:
    project = tomllib.loads((member / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {re.split(r"[\[<>=~! ]", name, maxsplit=1)[0].lower() for name in project["dependencies"]}
    own = {path.parent.name for path in member.glob("*/__init__.py")}
    providers = dict(packages_distributions()) | {
        "casework": ["yiwangban-casework"],
        "chassis": ["yiwangban-chassis"],
        "contracts": ["yiwangban-contracts"],
        "deploy": ["yiwangban-deploy"],
        "masking": ["yiwangban-masking"],
        "workdays": ["yiwangban-workdays"],
        "yiwangban_keyring": ["yiwangban-keyring"],
    }
    for source in member.glob("*/**/*.py"):
        for module in imports_of(source) - set(sys.stdlib_module_names) - own:
            names = {name.lower().replace("_", "-") for name in providers.get(module, [module])}
            assert names & declared, f"{source.relative_to(ROOT)} imports {module}; {member.name} does not declare it"


def test_services_never_import_each_other() -> None:
    command = [Path(sys.executable).parent / "lint-imports"]
    lint = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert lint.returncode == 0, lint.stdout


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "NotImplemented" + "Error"]) + r")\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("*.py", "Makefile", "*.sh")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert not found
