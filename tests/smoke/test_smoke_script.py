"""scripts/smoke_test.py as a process."""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import SCRIPTS
from tests.warm_python import interpreter
from tuneops.smoke.record import Run

GOOD = (
    "¡Qué gran idea viajar a Oaxaca! En julio la ciudad se llena de música, mercados y danzas"
    " de la Guelaguetza. ¿Te atrae más la artesanía o la cocina?"
)


def script(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [interpreter(), str(SCRIPTS / "smoke_test.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


Recorded = Callable[[Sequence[str], Sequence[str]], Run]
BAD = "Compra en Iberia Moda."


@pytest.fixture
def record(recorded: Recorded, tmp_path: Path) -> Path:
    path = tmp_path / "run.json"
    recorded([BAD] * 20, [GOOD] * 20).save(path)
    return path


@pytest.fixture
def worse(recorded: Recorded, tmp_path: Path) -> Path:
    path = tmp_path / "worse.json"
    recorded([GOOD] * 20, [BAD] * 20).save(path)
    return path


def test_report_shows_the_comparison_and_writes_the_page(record: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = script("report", str(record), "--out", str(page))
    assert done.returncode == 0, done.stderr
    assert "PASS tienda passes all 6 gates." in done.stdout
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_report_gives_a_machine_the_record(record: Path) -> None:
    done = script("report", str(record), "--json")
    assert json.loads(done.stdout) == json.loads(record.read_text(encoding="utf-8"))


def test_report_prints_the_answers_to_a_prompt(record: Path) -> None:
    done = script("report", str(record), "--show", "p3")
    assert "contains Iberia Moda" in done.stdout


def test_a_file_that_is_no_run_is_a_usage_error(tmp_path: Path) -> None:
    done = script("report", str(tmp_path / "absent.json"))
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_compare_decides_on_the_later_run_and_writes_its_reports(
    record: Path, worse: Path, tmp_path: Path
) -> None:
    done = script("compare", str(record), str(worse), "--out", str(tmp_path / "out"))
    assert done.returncode == 1, done.stderr
    assert "FAIL tienda misses" in " ".join(done.stdout.split())
    names = {"run.json", "report.html", "summary.md", "junit.xml"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    assert script("compare", str(record), str(record)).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--arms", "production"),
        ("--against", "run.json"),
        ("--arms", "production", "--against", "absent.json"),
        ("--samples", "0"),
        ("--config", "absent.yaml"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    done = script("run", *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
