"""How many files a process may open, seen in processes of their own."""

import subprocess
import sys

import pytest

ALLOWING = """
import resource, sys
from chassis.process.server import allow_files
before, hard, streams = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))
allow_files(streams)
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("before", "hard", "streams", "after", "warned"),
    [
        (256, 4_096, 1_000, 1_500, False),
        (3_000, 4_096, 1_000, 3_000, False),  # never less than there was
        (256, 1_024, 1_000, 1_024, True),
    ],
)
def test_a_process_may_open_a_file_for_each_stream_as_far_as_the_machine_lets_it(
    before: int, hard: int, streams: int, after: int, *, warned: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALLOWING, str(before), str(hard), str(streams)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert int(done.stdout) == after
    assert ("1024 open files are allowed" in done.stderr) == warned
