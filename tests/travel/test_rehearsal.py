"""The whole pipeline as a newcomer runs it, and as it survives being killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT, SCRIPTS

pytestmark = pytest.mark.server

QUIET = {"PYTHONUNBUFFERED": "1", "COLUMNS": "120"}


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPTS / "rehearse.py"), "--folder", str(folder), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | QUIET,
    )


def finish(folder: Path, *arguments: str) -> tuple[int, str, str]:
    with start(folder, *arguments) as rehearsal:
        shown, narration = rehearsal.communicate(timeout=240)
    return rehearsal.returncode, shown, narration


def kill_in(folder: Path, step: str) -> None:
    """Kill the rehearsal, as `kill -9` does, a moment after it began the step."""
    with start(folder, "--yes") as rehearsal:
        assert rehearsal.stderr is not None
        for line in rehearsal.stderr:
            if line.startswith(f"▶ {step}:"):
                break
        time.sleep(1)
        rehearsal.kill()


def test_a_rehearsal_shows_its_results_and_leaves_nothing(tmp_path: Path) -> None:
    code, shown, narration = finish(tmp_path, "--yes")
    assert code == 0, narration
    assert "Base and fine-tuned, side by side" in shown
    assert "¿Dónde debería hospedarme en Roma?" in shown
    assert "Fine-tuning jobs that trained this content: 1" in shown
    assert "Left in the local Azure, read from it just now: nothing" in shown
    assert (tmp_path / "smoke-production" / "report.html").exists()
    assert (tmp_path / "loss.svg").exists()


def test_without_a_terminal_nobody_approves_and_nothing_is_released(tmp_path: Path) -> None:
    code, shown, narration = finish(tmp_path)
    assert code == 4, narration
    assert narration.index("PASS: travel-candidate passes") < narration.index("Nobody can approve")
    assert "▶ promote" not in narration
    assert "Not approved: nothing went to production." in shown
    assert "read from it just now: nothing" in shown


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_after_kills_at_three_points_a_run_ends_with_one_job(tmp_path: Path) -> None:
    """Each run goes on where the one before it was killed; nobody trains twice."""
    for step in ("provision", "wait", "promote"):
        kill_in(tmp_path, step)
    code, shown, narration = finish(tmp_path, "--yes")
    assert code == 0, narration
    assert "nothing to create" in narration
    assert "Fine-tuning jobs that trained this content: 1" in shown
    assert "read from it just now: nothing" in shown
