"""A report as text, and in the formats that other programs read."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tunelint.findings import Report


def written(report: "Report", name: str, *, full: bool = False) -> str:
    """The report in a format by its name; `full` text lists every finding."""
    from functools import partial

    from tunelint.exceptions import entries_for
    from tunelint.output.github import as_github
    from tunelint.output.html import as_html
    from tunelint.output.json import as_json
    from tunelint.output.junit import as_junit
    from tunelint.output.markdown import as_markdown
    from tunelint.output.sarif import as_sarif
    from tunelint.output.text import as_text

    writers: dict[str, Callable[[Report], str]] = {
        "exceptions": lambda report: "".join(entries_for(report.findings)).rstrip(),
        "github": as_github,
        "html": as_html,
        "json": as_json,
        "junit": as_junit,
        "markdown": as_markdown,
        "sarif": as_sarif,
        "text": partial(as_text, full=full),
    }
    return writers[name](report)
