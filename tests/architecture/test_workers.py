"""Tests run several at a time; what must not run at once doesn't."""

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="runs with several workers: make test")
def test_a_file_stays_with_one_worker(request: pytest.FixtureRequest) -> None:
    assert request.node.nodeid.endswith(f"@{request.path}")
