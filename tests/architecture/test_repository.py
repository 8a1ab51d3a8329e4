"""What must never be committed."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGISTRIES = re.compile(r"py" r"pi\.org|python" r"hosted|repo1" r"\.maven|registry" r"\.npmjs")
LINKS = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")
PRIVATE = re.compile("-----BEGIN [A-Z ]*" + "PRIVATE KEY-----")


def texts() -> dict[Path, str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    found = {}
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and b"\0" not in (body := path.read_bytes()):
            found[path] = body.decode("utf-8")
    return found


def test_no_file_ties_an_installation_to_a_public_registry() -> None:
    assert not [str(path.relative_to(ROOT)) for path, text in texts().items() if REGISTRIES.search(text)]


def test_every_link_to_a_file_leads_somewhere() -> None:
    assert not [
        f"{path.relative_to(ROOT)}: {target}"
        for path, text in texts().items()
        if path.suffix == ".md"
        for target in LINKS.findall(text)
        if not (path.parent / target).exists()
    ]


def test_the_index_of_the_docs_leads_to_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / target).resolve() for target in LINKS.findall(index.read_text("utf-8"))}
    pages = {*index.parent.glob("*.md"), *index.parent.glob("*/README.md")} - {index}
    assert pages <= linked


def test_no_private_key_is_committed() -> None:
    assert not [str(path.relative_to(ROOT)) for path, text in texts().items() if PRIVATE.search(text)]


def test_every_dependency_is_locked_by_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    pinned = [line for line in lock.splitlines() if re.match(r"^[A-Za-z0-9]", line)]
    assert len(pinned) > 50
    assert all("==" in line for line in pinned)
    assert lock.count("--hash=sha256:") >= len(pinned)
