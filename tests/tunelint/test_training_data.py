"""The file that the benchmark makes is one that a check reads as training data."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT
from tunelint.check import check


@pytest.fixture
def training_data(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """benchmarks/training_data.py, with the sentences of data/ alone."""
    if not list(ROOT.glob("data/*/training.jsonl")):
        pytest.skip("no product of this repository has training data")
    spec = importlib.util.spec_from_file_location("made", ROOT / "benchmarks/training_data.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "CORPORA", Path("nowhere"))
    return module


def test_the_generated_file_has_no_error(training_data: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "training.jsonl"
    rows = training_data.write(path, 200_000)
    report = check([path])
    assert report.passed
    assert report.statistics[str(path)].examples == rows
    assert 190_000 < path.stat().st_size <= 200_000


def test_the_same_sentences_give_the_same_file(training_data: ModuleType, tmp_path: Path) -> None:
    for name in ("one", "other"):
        training_data.write(tmp_path / name, 20_000)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
