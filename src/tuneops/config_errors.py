"""What is wrong with a file of settings, in words that its author understands."""

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_WORDS = {
    "missing": "is missing",
    "too_short": "names nothing, and needs at least {min_length}",
    "too_long": "takes at most {max_length}",
    "string_too_short": "needs at least {min_length} characters",
    "string_too_long": "takes at most {max_length} characters",
    "string_pattern_mismatch": "must look like {pattern}",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "literal_error": "must be {expected}",
    "union_tag_invalid": "{discriminator} must be one of {expected_tags}",
    "union_tag_not_found": "has no {discriminator}",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be a section with keys",
    "model_type": "must be a section with keys",
}


def describe(error: ValidationError, model: type[BaseModel]) -> str:
    """Every breach, ``key: what is wrong``; an unknown key with the nearest that ``model`` has."""
    return "; ".join(_breaches(error.errors(), model))


def _breaches(details: "list[ErrorDetails]", model: type[BaseModel]) -> Iterator[str]:
    keys: dict[str, list[str]] = {}
    for detail in details:
        location = _place(detail["loc"])
        known = keys.setdefault(".".join(location), [])
        words = _words(detail, model)
        if words not in known:
            known.append(words)
    for key, found in keys.items():
        if not key:
            yield ", or ".join(found)
        elif not any(other.startswith(f"{key}.") for other in keys):
            yield f"{key}: {', or '.join(found)}"


def _place(location: tuple[str | int, ...]) -> tuple[str, ...]:
    """The key as it is written; pydantic adds which branch of a union it tried."""
    written = (str(part) for part in location)
    return tuple(p for p in written if not set("[(") & set(p) and not p.startswith("constrained-"))


def _words(detail: "ErrorDetails", model: type[BaseModel]) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _unknown_key(detail["loc"], model)
    if kind in _WORDS:
        return _WORDS[kind].format(**_context(detail))
    return detail["msg"].removeprefix("Value error, ")


def _context(detail: "ErrorDetails") -> dict[str, Any]:
    return detail.get("ctx", {})


def _unknown_key(location: tuple[str | int, ...], model: type[BaseModel]) -> str:
    near = difflib.get_close_matches(str(location[-1]), _known_keys(location[:-1], model), 1)
    return f"unknown key (did you mean '{near[0]}'?)" if near else "unknown key"


def _known_keys(location: tuple[str | int, ...], model: type[BaseModel]) -> list[str]:
    section = model
    for part in location:
        field = section.model_fields.get(str(part))
        if field is None or not isinstance(field.annotation, type):
            return []
        if not issubclass(field.annotation, BaseModel):
            return []
        section = field.annotation
    return list(section.model_fields)
