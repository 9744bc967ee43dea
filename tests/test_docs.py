"""Documentation that cannot lie."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from tests.conftest import REPOSITORY, ROOT
from tuneops.commands.entry import main


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", (ROOT / "docs/generate.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", generator().PAGES)
def test_a_page_made_from_the_code_is_up_to_date(path: str) -> None:
    made = generator().PAGES[path]()
    assert Path(path).read_text(encoding="utf-8") == made, "run 'make docs'"


def test_the_readme_has_every_exit_code() -> None:
    table = [line for line in (ROOT / "docs/exit-codes.md").read_text("utf-8").splitlines() if line]
    assert set(table[-9:]) <= set((ROOT / "README.md").read_text("utf-8").splitlines())


def shown_blocks(page: str) -> list[tuple[list[str], list[str]]]:
    """Commands behind `$` in indented blocks of a page, each with the lines it is said to print."""
    blocks: list[tuple[list[str], list[str]]] = []
    for line in page.splitlines():
        if line.startswith("    $ "):
            blocks.append((line[6:].split(), []))
        elif line.startswith("    ") and blocks:
            blocks[-1][1].append(line[4:])
        elif line.strip() and blocks and blocks[-1][1]:
            blocks.append(([], []))
    return [(command, lines) for command, lines in blocks if command]


def test_a_new_product_begins_as_the_readme_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first two commands of "Make it yours" print what stands below them, word for word."""
    text = (ROOT / "README.md").read_text("utf-8").partition("## Make it yours")[2]
    (tmp_path / "config").mkdir()
    shutil.copy(REPOSITORY / "config/tienda.yaml", tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    first, second = shown_blocks(text)[:2]
    for command, lines in (first, second):
        done = CliRunner().invoke(main, command[1:])
        assert lines
        for line in lines:
            assert line in done.output.splitlines(), done.output
