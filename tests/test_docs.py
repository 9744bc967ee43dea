"""Documentation that cannot lie."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT


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
