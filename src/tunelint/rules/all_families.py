"""Importing this module puts every rule in the register."""

from tunelint.rules import (
    encoding,
    json_syntax,
    limits,
    preference,
    schema,
    structure,
    tools,
    vision,
)

__all__ = [
    "encoding",
    "json_syntax",
    "limits",
    "preference",
    "schema",
    "structure",
    "tools",
    "vision",
]
