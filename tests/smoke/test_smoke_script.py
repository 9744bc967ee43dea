"""scripts/smoke_test.py as a process."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tuneops.config import Config
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.run import judged_run
from tuneops.smoke.sampling import Answer


def script(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/smoke_test.py", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def record(config: Config, answered: Callable[..., Answer], tmp_path: Path) -> Path:
    path = tmp_path / "run.json"
    judged_run(
        config,
        [Prompt("roma", ({"role": "user", "content": "¿Qué ver en Roma?"},))],
        {"baseline": "gpt-4o", "candidate": "travel"},
        [answered(arm="baseline", text="Vuela con Iberia."), answered()],
        key=None,
        started=datetime.now(UTC),
    ).save(path)
    return path


def test_report_shows_the_comparison_and_writes_the_page(record: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = script("report", str(record), "--out", str(page))
    assert done.returncode == 0, done.stderr
    assert "PASS travel holds to every check" in done.stdout
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_report_gives_a_machine_the_record(record: Path) -> None:
    done = script("report", str(record), "--json")
    assert json.loads(done.stdout) == json.loads(record.read_text(encoding="utf-8"))


def test_report_prints_the_answers_to_a_prompt(record: Path) -> None:
    done = script("report", str(record), "--show", "roma")
    assert "recommends a flight" in done.stdout


def test_a_file_that_is_no_run_is_a_usage_error(tmp_path: Path) -> None:
    done = script("report", str(tmp_path / "absent.json"))
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert "Traceback" not in done.stderr
