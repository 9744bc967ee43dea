"""Counts in steps as bars, on a terminal and as SVG."""

from collections.abc import Iterator, Sequence
from html import escape

from tuneops.display.charts import CHART_STYLE

WIDTH = 40  # characters of the longest bar
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BAR_HEIGHT, _GAP, _LEFT, _RIGHT, _TOP = 18, 6, 120, 620, 36

Step = tuple[int, int, int]  # from, to (both included), how many


def text_bars(steps: Sequence[Step], *, ascii_only: bool = False) -> Iterator[str]:
    """One line a step: its bounds, a bar and the count."""
    labels = _labels(steps)
    wide = max(map(len, labels), default=0)
    most = max((count for *_, count in steps), default=1) or 1
    for label, (*_, count) in zip(labels, steps, strict=True):
        yield f"{label:>{wide}} {_bar(count / most, ascii_only=ascii_only)} {count:,}"


def _bar(share: float, *, ascii_only: bool) -> str:
    if ascii_only:
        return "#" * (round(share * WIDTH) or bool(share))
    eighths = round(share * WIDTH * 8) or bool(share)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _labels(steps: Sequence[Step]) -> list[str]:
    return [f"{low:,}-{high:,}" for low, high, _ in steps]


def svg_bars(steps: Sequence[Step], *, title: str, unit: str) -> str:
    """A picture that stands alone; `title` and `unit` are read out to who cannot see it."""
    most = max((count for *_, count in steps), default=1) or 1
    height = _TOP + len(steps) * (_BAR_HEIGHT + _GAP) + 12
    described = "; ".join(f"{low} to {high} {unit}: {count}" for low, high, count in steps)
    rows = [
        _row(label, count, count / most, _TOP + at * (_BAR_HEIGHT + _GAP))
        for at, (label, (*_, count)) in enumerate(zip(_labels(steps), steps, strict=True))
    ]
    start = (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}"'
        ' role="img" aria-labelledby="bars-title bars-description">'
    )
    return "\n".join(
        (
            start,
            f'<title id="bars-title">{escape(title)}</title>',
            f'<desc id="bars-description">{escape(described)}</desc>',
            f"<style>{CHART_STYLE}</style>",
            f'<text x="{_LEFT}" y="20">{escape(title)}</text>',
            *rows,
            "</svg>",
            "",
        )
    )


def _row(label: str, count: int, share: float, top: int) -> str:
    width = (_RIGHT - _LEFT) * share
    middle = top + _BAR_HEIGHT - 5
    return (
        f'<text x="{_LEFT - 8}" y="{middle}" text-anchor="end">{label}</text>'
        f'<rect class="s0" x="{_LEFT}" y="{top}" width="{width:.1f}" height="{_BAR_HEIGHT}"/>'
        f'<text x="{_LEFT + width + 6:.1f}" y="{middle}">{count:,}</text>'
    )
