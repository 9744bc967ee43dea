"""Data made safe to show: rows, answers and names are written by people whom nobody vetted."""

import re

PROSE = "\n\t\u200d"  # what an answer may keep: lines, tabs, the joiner that holds emoji together

_ACTIVE = re.compile(r"[&<>|`*_\[\]\\~$]")
# GitHub links @names, #numbers, commit-like words and bare addresses after it has read Markdown.
_LINKS = re.compile(r"(?<=@)|(?<=#)|(?=://)|(?<=www)(?=\.)", re.IGNORECASE)
_BREAK = "\u200b"


def printable(text: str, keep: str = "") -> str:
    """Text for a page: all that draws nothing, or turns the direction of reading, as escapes.

    The characters of ``keep`` stay as they are; where that has line feeds, CRLF is one.
    """
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n") if "\n" in keep else text
    return "".join(c if c.isprintable() or c in keep else _escape(c) for c in lines)


def visible(text: str, keep: str = "") -> str:
    """Text for a terminal or a log: as `printable`, and without commands to GitHub's runner.

    It takes `::` after leading space, and `##[` anywhere in a line, for a command.
    """
    return printable(text.replace("::", ":\\x3a").replace("##[", "#\\x23["), keep)


def cell(text: str) -> str:
    """Text that Markdown, HTML and GitHub's own links leave alone, on one line."""
    words = " ".join(printable(text, PROSE).split())
    return _ACTIVE.sub(lambda c: f"&#{ord(c[0])};", _LINKS.sub(_BREAK, words))


def _escape(character: str) -> str:
    number = ord(character)
    if number < 0x100:  # noqa: PLR2004 - the last character that two hexadecimal digits write
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"  # noqa: PLR2004 - same
