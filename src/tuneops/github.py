"""The one module that knows GitHub Actions: workflow commands, outputs, summaries, escaping."""

import os
import secrets
from pathlib import Path


def in_actions() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def escape_message(text: str) -> str:
    """Text as the message of a workflow command; no line of it can start another command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Text as a property (file, title) of a workflow command."""
    return escape_message(text).replace(":", "%3A").replace(",", "%2C")


def annotation(  # one workflow command, all of its properties
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
    return (
        f"::{level} {given}::{escape_message(message)}"
        if given
        else (f"::{level}::{escape_message(message)}")
    )


def group_start(title: str) -> str:
    return f"::group::{escape_message(title)}"


def group_end() -> str:
    return "::endgroup::"


def mask(secret: str) -> str:
    return f"::add-mask::{escape_message(secret)}"


def set_outputs(**outputs: str) -> None:
    """Hand values to later steps; does nothing outside GitHub Actions."""
    target = os.environ.get("GITHUB_OUTPUT")
    if not target:
        return
    with Path(target).open("a", encoding="utf-8") as file:
        for name, value in outputs.items():
            fence = f"end-{secrets.token_hex(8)}"
            file.write(f"{name}<<{fence}\n{value}\n{fence}\n")


def add_summary(markdown: str) -> None:
    """Add to the job's summary page; does nothing outside GitHub Actions."""
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if not target:
        return
    with Path(target).open("a", encoding="utf-8") as file:
        file.write(markdown.rstrip("\n") + "\n\n")
