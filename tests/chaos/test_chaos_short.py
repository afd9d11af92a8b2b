"""The short form of the kill test, which every change has to stand."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.chaos
def test_no_document_is_lost_or_doubled_when_processes_die_and_services_go_away() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.run", "--documents", "12", "--minutes", "3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing lost, nothing doubled" in done.stdout
