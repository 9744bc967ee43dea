"""Loss over the steps of a fine-tuning job, as text and as SVG."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

WIDTH = 72
HEIGHT = 12
# Bits of a braille cell, by column and row of its 2 by 4 dots (Unicode block U+2800).
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_MARKERS = "◆▲■"
_GUTTER = 8
_SVG_START = (
    '<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 300" role="img"'
    ' aria-labelledby="chart-title chart-description">'
)
_TICKS = 4
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 704, 36, 256

CHART_STYLE = """\
.chart { font: 12px system-ui, sans-serif; color: #1f2933; }
.chart text { fill: currentColor; }
.chart .grid { stroke: currentColor; stroke-opacity: .18; }
.chart .axis { stroke: currentColor; stroke-opacity: .55; }
.chart .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.chart .s0 { stroke: #0b6bcb; fill: #0b6bcb; }
.chart .s1 { stroke: #b4540a; fill: #b4540a; }
.chart .s2 { stroke: #4f772d; fill: #4f772d; }
.chart .line.s0, .chart .line.s1, .chart .line.s2 { fill: none; }
@media (prefers-color-scheme: dark) {
  .chart { color: #e4e7eb; }
  .chart .s0 { stroke: #6cb6ff; fill: #6cb6ff; }
  .chart .s1 { stroke: #f0a35e; fill: #f0a35e; }
  .chart .s2 { stroke: #a3c585; fill: #a3c585; }
}
"""


@dataclass(frozen=True)
class Series:
    """A named curve of (step, value) points, in the order of steps."""

    name: str
    points: Sequence[tuple[int, float]]


@dataclass(frozen=True)
class _Frame:
    first: int
    last: int
    ticks: tuple[float, ...]

    def across(self, step: int) -> float:
        """Where a step lies between the left (0) and right (1) edge."""
        return (step - self.first) / max(1, self.last - self.first)

    def up(self, value: float) -> float:
        """Where a value lies between the lower (0) and upper (1) edge."""
        return (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])


def text_chart(series: Sequence[Series], width: int = WIDTH, height: int = HEIGHT) -> str:
    """The curves in plain characters: the first as a braille line, the others as markers."""
    drawn = _finite(series)
    if not drawn:
        return "No loss was recorded."
    frame = _frame(drawn)
    columns = width - _GUTTER - 2
    grid = [[" "] * columns for _ in range(height)]
    _draw_line(grid, drawn[0], frame)
    for marker, curve in zip(_MARKERS, drawn[1:], strict=False):
        for step, value in curve.points:
            column = round(frame.across(step) * (columns - 1))
            grid[height - 1 - round(frame.up(value) * (height - 1))][column] = marker
    labels = {height - 1 - round(frame.up(tick) * (height - 1)): tick for tick in frame.ticks}
    rows = [
        f"{_label(labels.get(row)):>{_GUTTER}} {'┤' if row in labels else '│'}{''.join(cells)}"
        for row, cells in enumerate(grid)
    ]
    steps = f"{frame.first}{'step':^{columns - len(f'{frame.first}{frame.last}')}}{frame.last}"
    names = [f"{mark} {curve.name}" for mark, curve in zip("⠒" + _MARKERS, drawn, strict=False)]
    margin = " " * (_GUTTER + 2)
    bottom = f"{' ' * (_GUTTER + 1)}└{'─' * columns}"
    lines = [*rows, bottom, margin + steps, margin + "   ".join(names)]
    return "\n".join(line.rstrip() for line in lines)


def svg_chart(series: Sequence[Series], *, style: bool = True, title: str = "Loss by step") -> str:
    """The curves as one SVG element; empty without points.

    Without ``style`` the page around it brings CHART_STYLE, as a strict Content-Security-Policy
    wants.
    """
    drawn = _finite(series)
    if not drawn:
        return ""
    frame = _frame(drawn)
    last = "; ".join(f"{curve.name} ends at {curve.points[-1][1]:.3f}" for curve in drawn)
    parts = [
        _SVG_START,
        f'<title id="chart-title">{escape(title)}</title>',
        f'<desc id="chart-description">{escape(last)}.</desc>',
        *([f"<style>{CHART_STYLE}</style>"] if style else []),
        *_axes(frame),
        *(line for index, curve in enumerate(drawn) for line in _curve(curve, frame, index)),
        "</svg>",
    ]
    return "\n".join(parts)


def _axes(frame: _Frame) -> Iterator[str]:
    for tick in frame.ticks:
        y = _y(frame, tick)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y}" dy=".35em" text-anchor="end">{_label(tick)}</text>'
    yield f'<line class="axis" x1="{_LEFT}" x2="{_RIGHT}" y1="{_BOTTOM}" y2="{_BOTTOM}"/>'
    for step, anchor in {frame.first: "start", frame.last: "end"}.items():
        yield f'<text x="{_x(frame, step)}" y="276" text-anchor="{anchor}">{step}</text>'
    yield f'<text x="{(_LEFT + _RIGHT) / 2}" y="292" text-anchor="middle">step</text>'


def _curve(curve: Series, frame: _Frame, index: int) -> Iterator[str]:
    """A dashed line for every curve but the first, so that colour is not all that tells."""
    shade = f"s{index % 3}"
    places = " ".join(f"{_x(frame, step)},{_y(frame, value)}" for step, value in curve.points)
    dash = f' stroke-dasharray="{6 - index} 4"' if index else ""
    yield f'<polyline class="line {shade}" points="{places}"{dash}/>'
    if len(curve.points) == 1:
        x, y = places.split(",")
        yield f'<circle class="{shade}" cx="{x}" cy="{y}" r="3"/>'
    left = _LEFT + 210 * index
    yield f'<line class="line {shade}" x1="{left}" x2="{left + 28}" y1="16" y2="16"{dash}/>'
    yield f'<text x="{left + 36}" y="16" dy=".35em">{escape(curve.name)}</text>'


def _x(frame: _Frame, step: int) -> float:
    return round(_LEFT + frame.across(step) * (_RIGHT - _LEFT), 1)


def _y(frame: _Frame, value: float) -> float:
    return round(_BOTTOM - frame.up(value) * (_BOTTOM - _TOP), 1)


def _finite(series: Sequence[Series]) -> list[Series]:
    kept = [
        Series(curve.name, [(step, value) for step, value in curve.points if math.isfinite(value)])
        for curve in series
    ]
    return [curve for curve in kept if curve.points]


def _frame(series: Sequence[Series]) -> _Frame:
    steps = [step for curve in series for step, _ in curve.points]
    values = [value for curve in series for _, value in curve.points]
    return _Frame(min(steps), max(steps), _ticks(min(values), max(values)))


def _ticks(low: float, high: float) -> tuple[float, ...]:
    """Round numbers, evenly spaced, that enclose both ends."""
    if low > 0 and low < high / 2:
        low = 0
    scale = max(1.0, abs(low), abs(high))
    if high - low <= 1e-6 * scale:
        low, high = low - scale / 20, high + scale / 20
    span = high - low
    magnitude = 10.0 ** math.floor(math.log10(span / _TICKS))
    size = next(s * magnitude for s in (1, 2, 2.5, 5, 10) if s * magnitude * _TICKS >= span)
    first, last = math.floor(low / size), math.ceil(high / size)
    return tuple(round(n * size, 10) for n in range(first, last + 1))


def _label(tick: float | None) -> str:
    return "" if tick is None else f"{tick:g}"


def _draw_line(grid: list[list[str]], curve: Series, frame: _Frame) -> None:
    wide, high = 2 * len(grid[0]) - 1, 4 * len(grid) - 1
    dots = [
        (round(frame.across(step) * wide), round((1 - frame.up(value)) * high))
        for step, value in curve.points
    ]
    for x, y in _joined(dots):
        cell = grid[y // 4][x // 2]
        bits = 0 if cell == " " else ord(cell) - 0x2800
        grid[y // 4][x // 2] = chr(0x2800 + (bits | _DOTS[x % 2][y % 4]))


def _joined(dots: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The dots and those between neighbours."""
    yield dots[0]
    for (x0, y0), (x1, y1) in pairwise(dots):
        length = max(abs(x1 - x0), abs(y1 - y0), 1)
        for part in range(1, length + 1):
            yield x0 + round((x1 - x0) * part / length), y0 + round((y1 - y0) * part / length)
