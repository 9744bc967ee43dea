"""The data check of products, as people and the pre-commit hook run it."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, ROOT
from tests.warm_python import interpreter

Run = Callable[..., "subprocess.CompletedProcess[str]"]
SCRIPT = ROOT / "scripts" / "validate_data.py"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The script, run in a folder with copies of the tienda product: one, and two."""
    (tmp_path / "config").mkdir()
    text = (REPOSITORY / "config" / "tienda.yaml").read_text(encoding="utf-8")
    for name in ("one", "two"):
        shutil.copytree(REPOSITORY / "data" / "tienda", tmp_path / "data" / name)
        mine = text.replace("product: tienda", f"product: {name}")
        mine = mine.replace("data/tienda/", f"data/{name}/")
        (tmp_path / "config" / f"{name}.yaml").write_text(mine, encoding="utf-8")

    def script(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [interpreter(), str(SCRIPT), *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return script


def test_every_product_is_checked(run: Run, tmp_path: Path) -> None:
    """An error in any of them fails; each is named."""
    done = run("check-products")
    assert (done.returncode, done.stdout.count("All checks passed.")) == (0, 2)
    with (tmp_path / "data" / "two" / "training.jsonl").open("ab") as file:
        file.write(b"{\n")
    done = run("check-products", "--json")
    facts = json.loads(done.stdout)
    assert done.returncode == 1
    assert [facts[name]["summary"]["passed"] for name in ("one", "two")] == [True, False]


def test_a_folder_without_products_is_a_sentence(run: Run, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "config")
    done = run("check-products")
    assert (done.returncode, done.stderr.startswith("error: There is no product")) == (2, True)


def test_a_good_product_prints_little_with_its_cost(run: Run) -> None:
    done = run("check", "--config", "config/one.yaml")
    assert len(done.stdout.splitlines()) < 15
    assert "training: " in done.stdout
    assert done.stdout.endswith("All checks passed.\n")


def test_an_answer_that_the_product_does_not_tolerate_is_an_error(run: Run, tmp_path: Path) -> None:
    """By the same checks as in the smoke test."""
    path = tmp_path / "data" / "one" / "training.jsonl"
    row = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    row["messages"][-1]["content"] = "Reserva en el Hotel Ritz de Madrid, es el mejor."
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
    done = run("check", "--config", "config/one.yaml")
    assert done.returncode == 1
    assert "E1800" in done.stdout


def test_the_linters_commands_are_there(run: Run, tmp_path: Path) -> None:
    """Other formats are converted, rows shown, files repaired, with this project's exit codes."""
    (tmp_path / "rows.csv").write_text("question,answer\nHola,Adiós\n", encoding="utf-8")
    assert run("check", "rows.csv").returncode == 1
    assert run("convert", "rows.csv", "rows.jsonl").returncode == 0
    assert "Adiós" in run("show", "rows.jsonl", "1").stdout
    assert run("fix", "--check", "rows.jsonl").returncode == 0
    for words in (("convert", "no.csv", "x"), ("show", "rows.jsonl", "9"), ("fix", "no.jsonl")):
        done = run(*words)
        assert (done.returncode, done.stderr.startswith("error: ")) == (2, True)
