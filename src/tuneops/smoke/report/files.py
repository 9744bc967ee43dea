"""The files that a smoke test leaves behind."""

from collections.abc import Sequence
from pathlib import Path

from tuneops.display.charts import Series
from tuneops.smoke.record import Run
from tuneops.smoke.report.html import render
from tuneops.smoke.report.junit import junit
from tuneops.smoke.report.markdown import summary


def write_reports(run: Run, folder: Path, *, loss: Sequence[Series] = ()) -> None:
    """Write run.json, report.html, summary.md and junit.xml; the folder is made if missing."""
    folder.mkdir(parents=True, exist_ok=True)
    run.save(folder / "run.json")
    (folder / "report.html").write_text(render(run, loss=loss), encoding="utf-8")
    (folder / "junit.xml").write_text(junit(run), encoding="utf-8")
    (folder / "summary.md").write_text(summary(run), encoding="utf-8")
