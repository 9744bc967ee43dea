"""Commands that a job's log gives to GitHub's runner."""


def annotation(
    level: str,
    message: str,
    *,
    title: str = "",
    file: str = "",
    line: int | None = None,
    column: int | None = None,
) -> str:
    """A workflow command that marks a line of a file; level is error, warning or notice."""
    properties = {"file": file, "line": line, "col": column, "title": title}
    given = ",".join(f"{key}={escape_property(str(v))}" for key, v in properties.items() if v)
    return f"::{level}{' ' * bool(given)}{given}::{escape_message(message)}"


def escape_message(text: str) -> str:
    """Text as the message of a workflow command; no line of it can start another command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Text as a property (file, title) of a workflow command."""
    return escape_message(text).replace(":", "%3A").replace(",", "%2C")
