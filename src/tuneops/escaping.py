"""Data made safe to show: rows, answers and names are written by people whom nobody vetted."""

import re

from tunelint.escaping import printable, visible

__all__ = ["PROSE", "cell", "printable", "visible"]

PROSE = "\n\t\u200d"  # what an answer may keep: lines, tabs, the joiner that holds emoji together

_ACTIVE = re.compile(r"[&<>|`*_\[\]\\~$]")
# GitHub links @names, #numbers, commit-like words and bare addresses after it has read Markdown.
_LINKS = re.compile(r"(?<=@)|(?<=#)|(?=://)|(?<=www)(?=\.)", re.IGNORECASE)
_BREAK = "\u200b"


def cell(text: str) -> str:
    """Text that Markdown, HTML and GitHub's own links leave alone, on one line."""
    words = " ".join(printable(text, PROSE).split())
    return _ACTIVE.sub(lambda c: f"&#{ord(c[0])};", _LINKS.sub(_BREAK, words))
