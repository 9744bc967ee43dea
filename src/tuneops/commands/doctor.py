"""What doctor found, for a person and for the job's summary page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuneops import github as github_actions
from tuneops.display import tables
from tuneops.doctor import examination
from tuneops.doctor.findings import DoctorFinding, Level
from tuneops.errors import ExitCode
from tuneops.escaping import cell

if TYPE_CHECKING:
    from rich.console import RenderableType

_HEADER = ("level", "about", "finding", "what to do")


def look(*, github: bool, azure: bool) -> list[DoctorFinding]:
    """Everything asked for, the worst first; also as the job's summary page."""
    found = [
        *(examination.on_github() if github else ()),
        *(examination.on_azure() if azure else ()),
        *(examination.of_both() if github and azure else ()),
    ]
    found.sort(key=lambda finding: list(Level)[::-1].index(finding.level))
    rows = [" | ".join(cell(text) for text in _cells(finding)) for finding in found]
    head = f"| {' | '.join(_HEADER)} |\n|---|---|---|---|"
    body = "\n".join(f"| {row} |" for row in rows)
    github_actions.add_summary(f"## Doctor\n\n{head}\n{body}")
    return found


def table(findings: Sequence[DoctorFinding]) -> "RenderableType":
    return tables.rows(_HEADER, [_cells(finding) for finding in findings])


def exit_code(findings: Sequence[DoctorFinding]) -> ExitCode:
    wrong = any(finding.level is Level.ERROR for finding in findings)
    return ExitCode.FINDINGS if wrong else ExitCode.DONE


def _cells(finding: DoctorFinding) -> tuple[str, str, str, str]:
    return (str(finding.level), finding.about, finding.message, finding.remedy)
