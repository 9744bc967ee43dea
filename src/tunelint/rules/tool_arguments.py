"""Whether the arguments of a call fit the JSON Schema that its function declares.

Not every keyword of JSON Schema is looked at: a schema from a stranger may hold patterns that take
forever, and references to other places.
"""

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
    properties, required = parameters.get("properties"), parameters.get("required")
    properties = properties if isinstance(properties, dict) else {}
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
    wanted, choices = schema.get("type"), schema.get("enum")
    names = [str(name) for name in (wanted if isinstance(wanted, list) else [wanted]) if name]
    allowed = {kind for name in names for kind in JSON_TYPES.get(name, ())}
    if allowed and type(value) not in allowed:
        return f"must be {' or '.join(names)}"
    if isinstance(choices, list) and value not in choices:
        return f"does not allow {quote(value)}"
    if isinstance(value, dict):
        inner = next(misfits(value, schema, level), "")
        return f"is an object in which this is wrong: {inner.rstrip('.')}" if inner else ""
    if isinstance(value, list):
        each = (_misfit(one, schema.get("items"), level + 1) for one in value)
        return next((f"is a list of which one {wrong}" for wrong in each if wrong), "")
    return ""
