"""Data made safe to show: rows, answers and names are written by people whom nobody vetted."""

QUOTE_LENGTH = 60


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


def quote(value: object) -> str:
    """A piece of data in quotation marks, at most 60 characters of it."""
    text = value if isinstance(value, str) else repr(value)
    cut = text[:QUOTE_LENGTH] + "…" if len(text) > QUOTE_LENGTH else text
    return f"'{visible(cut)}'"


def _escape(character: str) -> str:
    number = ord(character)
    if number < 0x100:  # noqa: PLR2004 - the last character that two hexadecimal digits write
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"  # noqa: PLR2004 - same
