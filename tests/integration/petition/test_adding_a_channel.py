"""docs/adding-a-channel.md, followed to the letter in a copy of the service: its own test passes there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "adding-a-channel.md").read_text("utf-8")
FILES = dict(re.findall(r"^\*\*`([^`]+)`\*\*\n\n```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
CHANGES = re.findall(r"^```diff\n--- a/(\S+)\n\+\+\+ b/\1\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
COPIED = ("services/petition", "tests/conftest.py", "tests/integration/kit", "tests/integration/petition", "pytest.ini")


def changed(text: str, change: str) -> str:
    """Apply a change as a reader would: what stands in the file becomes what the page shows in its place."""
    for hunk in re.split(r"^@@.*\n", change, flags=re.MULTILINE)[1:]:
        lines = hunk.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text


def test_a_channel_that_is_added_as_the_page_says_brings_petitions(tmp_path: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z", *COPIED], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    assert (len(FILES), len(CHANGES)) == (2, 3)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    for name, change in CHANGES:
        (tmp_path / name).write_text(changed((tmp_path / name).read_text("utf-8"), change), "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "services" / "petition")}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # the others take longer to load than the test does
    test = "tests/integration/petition/test_wechat.py"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "pytest_asyncio.plugin", "-p", "pytest_timeout", test]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_as_style_wants_it(name: str) -> None:
    for command in ("check", "format --check"):
        ruff = [str(Path(sys.executable).parent / "ruff"), *command.split(), "--stdin-filename", str(ROOT / name), "-"]
        done = subprocess.run(ruff, cwd=ROOT, input=FILES[name], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
