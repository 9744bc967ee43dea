"""What judging a pull request leaves for the comment and for the reviewer."""

import json
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.pull_request.conftest import CITIES, TRAINING, Clone, row, rows
from tuneops.commands import pull_request


def test_the_changed_rows_are_a_page_beside_the_records(
    clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows are those that merging changes; markup of a row is text in it."""
    hostile = "People sang <script>document.title='stolen'</script> there."
    clone.commit({TRAINING: rows(*CITIES[1:]) + row("Belize", hostile) + "\n"})
    monkeypatch.chdir(ROOT)
    out = tmp_path / "validated"
    assert pull_request.judge(clone.folder, "main", "idea", ["radio"], out) == 0
    page = (out / "radio/review.html").read_text("utf-8")
    assert "Belize" in page
    assert f"happened in {CITIES[0]}" in page
    assert f"happened in {CITIES[1]}" not in page
    assert "<script>document" not in page
    assert json.loads((out / "radio/plan.json").read_text("utf-8"))["difference"]["added"] == 1
