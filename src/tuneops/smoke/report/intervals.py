"""Intervals as small drawings; the numbers stand beside them."""

from collections.abc import Iterator

from tuneops.smoke.verdict import CheckResult, Rate

_WIDTH, _HEIGHT, _EDGE = 120, 16, 4
_MIDDLE = _HEIGHT / 2


def rate_interval(rate: Rate) -> str:
    """A rate from 0 to 1."""
    if not rate.total:
        return ""
    return _drawn(_range(rate.interval.low, rate.interval.high, rate.mean, low=0.0, high=1.0))


def difference_interval(result: CheckResult) -> str:
    """The difference, with the line of no difference and, dashed, what is wanted."""
    found = result.difference
    if not found.prompts:
        return ""
    gate = result.gate
    bar = gate.margin if gate.direction == "better" else -gate.margin
    reach = max(0.2, *(abs(x) for x in (found.interval.low, found.interval.high, bar)))
    parts = [_line(0.0, "zero", reach)]
    if gate.decides and not gate.zero_tolerance:
        parts.append(_line(bar, "bar", reach))
    drawn = _range(found.interval.low, found.interval.high, found.mean, low=-reach, high=reach)
    return _drawn([*parts, *drawn])


def _range(start: float, end: float, mean: float, *, low: float, high: float) -> Iterator[str]:
    left, right, centre = (_x(value, low, high) for value in (start, end, mean))
    yield f'<line class="span" x1="{left}" x2="{right}" y1="{_MIDDLE}" y2="{_MIDDLE}"/>'
    yield f'<circle cx="{centre}" cy="{_MIDDLE}" r="3"/>'


def _line(value: float, name: str, reach: float) -> str:
    x = _x(value, -reach, reach)
    return f'<line class="{name}" x1="{x}" x2="{x}" y1="0" y2="{_HEIGHT}"/>'


def _x(value: float, low: float, high: float) -> str:
    inside = (value - low) / (high - low)
    return f"{_EDGE + inside * (_WIDTH - 2 * _EDGE):.1f}"


def _drawn(parts: Iterator[str] | list[str]) -> str:
    size = f'width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    return f'<svg class="interval" {size} aria-hidden="true">{"".join(parts)}</svg>'
