"""Counts in steps as bars, as SVG."""

from collections.abc import Sequence
from html import escape

from tunelint.findings import Step

_BAR_HEIGHT, _GAP, _LEFT, _RIGHT, _TOP = 18, 6, 120, 620, 36
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}rect{fill:#3b6ea5}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}rect{fill:#7aa7d9}}"
)


def svg_bars(steps: Sequence[Step], *, title: str, unit: str) -> str:
    """A picture that stands alone; `title` and `unit` are read out to who cannot see it."""
    height = _TOP + len(steps) * (_BAR_HEIGHT + _GAP) + 12
    described = "; ".join(f"{low} to {high} {unit}: {count}" for low, high, count in steps)
    rows = [
        _row(step, step[2] / _most(steps), _TOP + at * (_BAR_HEIGHT + _GAP))
        for at, step in enumerate(steps)
    ]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {height}"',
            'role="img" aria-labelledby="bars-title bars-description">',
            f'<title id="bars-title">{escape(title)}</title>',
            f'<desc id="bars-description">{escape(described)}</desc>',
            f"<style>{_STYLE}</style>",
            f'<text x="{_LEFT}" y="20">{escape(title)}</text>',
            *rows,
            "</svg>",
            "",
        )
    )


def _row(step: Step, share: float, top: int) -> str:
    width = (_RIGHT - _LEFT) * share
    middle = top + _BAR_HEIGHT - 5
    return (
        f'<text x="{_LEFT - 8}" y="{middle}" text-anchor="end">{_label(step)}</text>'
        f'<rect x="{_LEFT}" y="{top}" width="{width:.1f}" height="{_BAR_HEIGHT}"/>'
        f'<text x="{_LEFT + width + 6:.1f}" y="{middle}">{step[2]:,}</text>'
    )


def _label(step: Step) -> str:
    return f"{step[0]:,}-{step[1]:,}"


def _most(steps: Sequence[Step]) -> int:
    return max((count for *_, count in steps), default=1) or 1
