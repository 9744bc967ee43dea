"""The command that works alone: what it prints, and its exit codes."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.tunelint.foreign_files import CONVERSATIONS, OWN
from tunelint.__main__ import main

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(OWN * 5)
    return path


def test_it_runs_as_a_module_and_imports_nothing_of_the_pipeline(path: Path) -> None:
    program = (
        "import runpy, sys; sys.argv = ['tunelint', 'check', sys.argv[1]]\n"
        "try: runpy.run_module('tunelint', run_name='__main__')\n"
        "finally: print(sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=False
    )
    assert "Found " in done.stdout
    assert done.returncode in {0, 1}
    for package in ("tuneops", "local_azure", "travel_checks", "openai", "azure", "rich"):
        assert f"'{package}'" not in done.stderr


@pytest.mark.parametrize("name", ["check", "show", "convert", "fix", "diff", "explain"])
def test_every_command_has_help_with_an_example(name: str, run: Run) -> None:
    found = run(name, "--help")
    assert f"Example: python -m tunelint {name} " in found.output
    assert name in run("--help").output


def test_check_ends_in_zero_without_errors_and_one_with(run: Run, path: Path) -> None:
    good = Path(__file__).parent / "good" / "en_tools.jsonl"
    assert run("check", good).exit_code == 0
    path.write_bytes(OWN + b"{\n")
    found = run("check", path)
    assert (found.exit_code, f"{path}:4" in found.output) == (1, True)


def test_a_rule_that_is_selected_is_listed_in_full(run: Run, path: Path) -> None:
    path.write_bytes(b"{\n" * 9 + OWN)
    assert "--select" in run("check", path).output
    for words in (("--full",), ("--select", "E2"), ("--select", "e202, E3")):
        assert "--select" not in run("check", path, *words).output


def test_json_wins_over_other_formats(run: Run, path: Path) -> None:
    for words in (("--json",), ("--output", "json"), ("--output", "html", "--json")):
        assert json.loads(run("check", path, *words).output)["summary"]["passed"] in {True, False}


def test_only_new_findings_are_left(run: Run, path: Path, tmp_path: Path) -> None:
    base = tmp_path / "base.jsonl"
    base.write_bytes(b"{'old': 1}\n" + OWN * 5)
    path.write_bytes(b"{'old': 1}\n" + OWN * 5)
    found = run("check", path, "--new-only", base)
    assert (found.exit_code, found.output.splitlines()[-1]) == (0, "All checks passed.")


def test_convert_says_what_it_wrote_and_what_comes_next(run: Run, tmp_path: Path) -> None:
    source, target = tmp_path / "rows.csv", tmp_path / "rows.jsonl"
    source.write_bytes(CONVERSATIONS["CSV"])
    found = run("convert", source, target)
    assert found.exit_code == 0
    assert f"Wrote 3 rows to {target}." in found.output
    assert f"Next: python -m tunelint check {target}" in found.output
    again = run("convert", source, target)
    assert (again.exit_code, "exists already" in again.stderr) == (2, True)


def test_rows_that_were_left_out_are_findings(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "rows"
    source.write_bytes(OWN + b"{\n" * 9)
    found = run("convert", source, tmp_path / "out")
    assert found.exit_code == 1
    assert "9 rows left out (4, 5, 6, 7, 8, …): it is no JSON (truncated)" in found.output
    source.write_bytes(b'{"wine": "red"}\n')
    nothing = run("convert", source, tmp_path / "nothing", "--json")
    assert (nothing.exit_code, json.loads(nothing.output)["target"]) == (1, None)
    assert not (tmp_path / "nothing").exists()


def test_fix_shows_first_and_repairs_then(run: Run, path: Path) -> None:
    path.write_bytes(OWN + b"\n")
    assert run("fix", "--check", path).exit_code == 1
    assert path.read_bytes() == OWN + b"\n"
    assert "@@ -4 +4 @@" in run("fix", path).output
    assert path.read_bytes() == OWN
    assert run("fix", "--check", path).output == "Nothing to repair.\n"


def test_diff_fails_for_new_errors_alone(run: Run, path: Path, tmp_path: Path) -> None:
    worse = tmp_path / "worse.jsonl"
    worse.write_bytes(path.read_bytes() + b"{\n")
    assert run("diff", path, worse).exit_code == 1
    better = run("diff", worse, path, "--json")
    assert (better.exit_code, json.loads(better.output)["fixed_findings"]) == (0, 1)


def test_explain_finds_a_rule_by_code_or_name(run: Run) -> None:
    assert run("explain", "e107").output == run("explain", "foreign-format").output
    assert len(json.loads(run("explain", "--all", "--json").output)) > 50
    assert run("explain").exit_code == 2
    assert "Did you mean" in run("explain", "forein-format").stderr


@pytest.mark.parametrize(
    "words",
    [
        ("check", "no.jsonl"),
        ("check", "tests"),
        ("check", "pyproject.toml", "--select", "nonsense"),
        ("check", "pyproject.toml", "--exceptions", "no.yaml"),
        ("check", "data/tienda/training.jsonl", "--new-only", "no-such-revision"),
        ("show", "no.jsonl", "1"),
        ("show", "data/tienda/training.jsonl", "0"),
        ("show", "data/tienda/training.jsonl", "1000000"),
        ("convert", "no.csv", "out.jsonl"),
        ("convert", "pyproject.toml", "pyproject.toml"),
        ("fix", "no.jsonl"),
        ("fix", "pyproject.toml"),
        ("diff", "no-such-revision", "data/tienda/training.jsonl"),
        ("explain", "nonsense"),
        ("check",),
        ("nonsense",),
    ],
)
def test_wrong_use_ends_in_two_and_a_sentence(words: tuple[str, ...], run: Run) -> None:
    found = run(*words)
    assert found.exit_code == 2
    assert "rror: " in found.stderr
    assert "Traceback" not in found.output


def test_what_was_not_foreseen_ends_in_a_sentence_too(
    run: Run, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a \x1b[2J fault")

    monkeypatch.setattr("tunelint.check.check", fail)
    found = run("check", path)
    assert (found.exit_code, found.stderr.splitlines()[0]) == (
        7,
        "error: Unexpected RuntimeError: a \\x1b[2J fault",
    )
