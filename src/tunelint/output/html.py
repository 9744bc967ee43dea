"""A report as a page that stands alone: no script, nothing fetched, all data escaped."""

from collections.abc import Iterator
from html import escape

from tunelint.escaping import visible
from tunelint.findings import Report
from tunelint.output.grouping import Group, clusters, groups, headline
from tunelint.output.histogram import svg_bars
from tunelint.output.text import numbers

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:left;vertical-align:top}"
    "tr:nth-child(even){background:#8881}summary{cursor:pointer;font-weight:600}"
    "code{overflow-wrap:anywhere}svg{max-width:45rem}.error{color:#b3261e}.warning{color:#8a5a00}"
    "@media(prefers-color-scheme:dark){body{background:#1b1b1b;color:#ddd}"
    ".error{color:#ff8a80}.warning{color:#ffc46b}}"
)


def as_html(report: Report) -> str:
    """The verdict, a part for each rule with all its findings, and the files in numbers."""
    found = groups(report)
    return "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>Data check</title><style>{_STYLE}</style></head><body>",
            f"<h1>Data check</h1><p><strong>{escape(headline(report))}</strong></p>",
            *(line for one in found for line in _group(one)),
            *_files(report),
            "</body></html>",
        )
    )


def _group(group: Group) -> Iterator[str]:
    rule = group.rule
    opened = " open" if group.severity == "error" else ""
    yield f'<details{opened}><summary class="{group.severity}">{escape(group.title)}</summary>'
    yield f"<p>{escape(rule.what)} {escape(rule.why)}<br>{escape(group.hints[0])}</p><table>"
    for one in clusters(group.findings):
        yield f"<tr><td><code>{escape(one.where)}</code><td>{escape(one.findings[0].message)}"
    yield "</table></details>"


def _files(report: Report) -> Iterator[str]:
    for name, one in report.statistics.items():
        if one.examples:
            yield f"<h2><code>{escape(visible(name))}</code></h2><p>{escape(numbers(one))}.</p>"
            if len(one.distribution) > 1:
                yield svg_bars(one.distribution, title="Tokens of an example", unit="tokens")
