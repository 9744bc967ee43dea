"""docs/guarantees.md promises nothing that no test proves."""

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs/guarantees.md").read_text(encoding="utf-8")
PROOF = re.compile(r"^\*(tests/\S+\.py)::(\w+)\*$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def functions_of(path: str) -> set[str]:
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_each_guarantee_names_a_test_that_exists() -> None:
    guarantees = [part for part in PAGE.split("\n\n") if part.startswith("**")]
    assert guarantees
    for guarantee in guarantees:
        proofs = PROOF.findall(guarantee)
        assert proofs, guarantee
        for path, name in proofs:
            assert name in functions_of(path), f"{path}::{name}"
