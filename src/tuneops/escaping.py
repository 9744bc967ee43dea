"""Data made safe to show: rows, answers and names are written by people whom nobody vetted."""


def visible(text: str, keep: str = "") -> str:
    """Text with all that draws nothing, or steers a terminal or GitHub's log, as escapes.

    GitHub's runner takes `::` after leading space, and `##[` anywhere in a line, for a command.
    The characters of ``keep`` stay as they are.
    """
    safe = text.replace("::", ":\\x3a").replace("##[", "#\\x23[")
    if safe.isprintable():
        return safe
    return "".join(c if c.isprintable() or c in keep else _escape(c) for c in safe)


def _escape(character: str) -> str:
    number = ord(character)
    if number < 0x100:  # noqa: PLR2004 - the last character that two hexadecimal digits write
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"  # noqa: PLR2004 - same
