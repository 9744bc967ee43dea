"""Whether the arguments of a call fit the JSON Schema that its function declares."""

from collections.abc import Iterator
from typing import Any

from tunelint.escaping import quote

JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}
_DEEPEST = 8  # levels of objects and lists that are followed


def misfits(arguments: dict[str, Any], parameters: dict[str, Any], level: int = 0) -> Iterator[str]:
    """What departs from the schema, in words; of what is nested, the first departure."""
    properties = parameters.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    required = parameters.get("required")
    for name in required if isinstance(required, list) else ():
        if isinstance(name, str) and name not in arguments:
            yield f"The required parameter {quote(name)} is missing."
    for name, value in arguments.items():
        if name not in properties:
            if parameters.get("additionalProperties") is False:
                yield f"There is no parameter {quote(name)}."
        elif complaint := _misfit(value, properties[name], level + 1):
            yield f"The parameter {quote(name)} {complaint}."


def _misfit(value: object, schema: object, level: int) -> str:
    if not isinstance(schema, dict) or level > _DEEPEST:
        return ""
    wanted = schema.get("type")
    names = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list) else []
    allowed = {kind for name in names if isinstance(name, str) for kind in JSON_TYPES.get(name, ())}
    if allowed and type(value) not in allowed:
        return f"must be {' or '.join(str(name) for name in names)}"
    choices = schema.get("enum")
    if isinstance(choices, list) and value not in choices:
        return f"does not allow {quote(value)}"
    if isinstance(value, dict):
        inner = next(misfits(value, schema, level), "")
        return f"is an object in which this is wrong: {inner.rstrip('.')}" if inner else ""
    if isinstance(value, list):
        each = (_misfit(one, schema.get("items"), level + 1) for one in value)
        return next((f"is a list of which one {wrong}" for wrong in each if wrong), "")
    return _out_of_bounds(value, schema)


def _out_of_bounds(
    value: Any,  # noqa: ANN401 - JSON
    schema: dict[str, Any],
) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if _is_number(value):
        if _is_number(least) and value < least:
            return f"must be at least {least}"
        if _is_number(most) and value > most:
            return f"must be at most {most}"
    pattern = schema.get("pattern")
    if isinstance(value, str) and isinstance(pattern, str) and not _matches(pattern, value):
        return f"does not match {quote(pattern)}"
    return ""


def _is_number(value: Any) -> bool:  # noqa: ANN401 - JSON
    return isinstance(value, int | float) and not isinstance(value, bool)


def _matches(pattern: str, value: str) -> bool:
    """In linear time, whatever the pattern; one that RE2 does not know matches all."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options).search(value) is not None
    except re2.error:
        return True
