"""The rows that come, go and change in a training file, as conversations."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tunelint.check import Options
from tunelint.diff import compare
from tunelint.example import Example
from tunelint.findings import Finding
from tunelint.reading import examples_of
from tunelint.revisions import at_base
from tuneops.escaping import PROSE, printable
from tuneops.linting.errors import as_config_error
from tuneops.smoke.report.differences import Span, unshared

_SEVERITIES = ("error", "warning", "info")


def review(base: str, head: Path, options: Options) -> list[dict[str, Any]]:
    """Every row that is not the same on both sides, those with the gravest findings first.

    Raises:
        ConfigError: One of the files cannot be read.
    """
    with as_config_error(), at_base(base, head) as earlier:
        found = compare(earlier, head, options)
        before = {one.line: one for one in examples_of(earlier)}
        after = {one.line: one for one in examples_of(head)}
    new = defaultdict[int, list[Finding]](list)
    for each in found.findings:
        new[each.line].append(each)
    pairs = zip(found.replaced, found.changed, strict=True)
    rows = [
        *(_row("changed", now.line, before[old.line], after[now.line], new) for old, now in pairs),
        *(_row("added", one.line, None, after[one.line], new) for one in found.added),
        *(_row("removed", one.line, before[one.line], None, {}) for one in found.removed),
    ]
    return sorted(rows, key=_rank)


def _rank(row: dict[str, Any]) -> int:
    return min((_SEVERITIES.index(one["severity"]) for one in row["findings"]), default=3)


def _row(
    kind: str,
    line: int,
    before: Example | None,
    after: Example | None,
    found: Mapping[int, Sequence[Finding]],
) -> dict[str, Any]:
    texts = [_texts(one) if one else [] for one in (before, after)]
    return {
        "id": f"{kind}-{line}",
        "kind": kind,
        "line": line,
        "turns": list(_turns(*texts)),
        "findings": [
            {"code": one.code, "severity": str(one.severity), "message": one.message}
            for one in found.get(line, ())
        ],
    }


def _texts(example: Example) -> list[tuple[str, str]]:
    return [(one.role, printable(one.text, PROSE)) for one in example.messages]


def _turns(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """Turn by turn where both sides have the same roles, else one side after the other."""
    if [role for role, _ in before] != [role for role, _ in after]:
        yield from ({"role": role, "pieces": [[text, "del"]]} for role, text in before)
        yield from ({"role": role, "pieces": [[text, "ins"]]} for role, text in after)
        return
    for (role, old), (_, new) in zip(before, after, strict=True):
        gone, come = unshared(old, new)
        if old != new:
            yield {"role": role, "pieces": list(_pieces(old, gone))}
        yield {"role": role, "pieces": list(_pieces(new, come))}


def _pieces(text: str, spans: Sequence[Span]) -> Iterator[list[str]]:
    at = 0
    for span in spans:
        yield [text[at : span.start], ""]
        yield [text[span.start : span.end], span.tag]
        at = span.end
    yield [text[at:], ""]
