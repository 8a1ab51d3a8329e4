"""Copies of databases don't outlive the age that is stated for them: a destroyed key is in them until then."""

import os
import time
from pathlib import Path

from deploy.backup import SECONDS_A_DAY, expire


def copy(path: Path, *, days: float) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.touch()
    then = time.time() - days * SECONDS_A_DAY
    os.utime(path, (then, then))
    return path


def test_copies_expire_at_the_stated_age_whosever_they_are(tmp_path: Path) -> None:
    old = [copy(tmp_path / name / "a.dump", days=30.1) for name in ("keyring", "petition")]
    young = copy(tmp_path / "keyring" / "b.dump", days=29.9)
    other = copy(tmp_path / "keyring" / "notes.txt", days=99)
    assert expire(tmp_path, days=30) == old
    assert sorted(tmp_path.rglob("*.*")) == [young, other]
