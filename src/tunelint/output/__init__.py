"""A report as text, and in the formats that other programs read."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tunelint.findings import Report


def written(report: "Report", name: str, *, full: bool = False) -> str:
    """The report in a format by its name; `full` text lists every finding.

    Each format is a module with a function `as_<name>`, and only that one is loaded.
    """
    if name == "exceptions":
        from tunelint.exceptions import entries_for

        return "".join(entries_for(report.findings)).rstrip()
    writer = getattr(import_module(f"tunelint.output.{name}"), f"as_{name}")
    return str(writer(report, full=full) if name == "text" else writer(report))
