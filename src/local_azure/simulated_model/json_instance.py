"""A value that a JSON schema allows, made without knowing what it means."""

from math import ceil, floor
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

_DEPTH = 8  # of nested objects and of references
_FORMATS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def instance(schema: Json, text: str, chance: Random) -> Any:  # noqa: ANN401
    """Something that the schema allows, with the text wherever any string may stand."""
    return _Maker(schema, text, chance).make(schema, _DEPTH)


class _Maker:
    def __init__(self, root: Json, text: str, chance: Random) -> None:
        self._root, self._text, self._chance = root, text, chance
        self._kinds: dict[str, Callable[[Json, int], Any]] = {
            "object": self._object,
            "array": self._array,
            "integer": self._integer,
            "number": self._number,
            "boolean": lambda *_: chance.random() < 0.5,  # noqa: PLR2004
            "null": lambda *_: None,
        }

    def make(self, schema: Any, depth: int) -> Any:  # noqa: ANN401
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            return self._chance.choice(schema["enum"])
        kind = schema.get("type") or ("object" if "properties" in schema else "string")
        kind = kind[0] if isinstance(kind, list) and kind else kind
        return self._kinds.get(str(kind), self._string)(schema, depth)

    def _object(self, schema: Json, depth: int) -> Json:
        wanted = schema.get("properties") if depth else None
        known = wanted if isinstance(wanted, dict) else {}
        return {key: self.make(value, depth - 1) for key, value in known.items()}

    def _array(self, schema: Json, depth: int) -> list[Any]:
        least = _number_of(schema, "minItems") or 0
        most = _number_of(schema, "maxItems")
        count = max(1, least) if most is None else min(max(1, least), most)
        items = schema.get("items") or {}
        return [self.make(items, depth - 1) for _ in range(int(count) if depth else 0)]

    def _integer(self, schema: Json, _: int) -> int:
        least, most = _bounds(schema, step=1)
        return self._chance.randint(ceil(least), max(ceil(least), floor(most)))

    def _number(self, schema: Json, _: int) -> float:
        least, most = _bounds(schema, step=0.001)
        return round(self._chance.uniform(least, most), 2) if least < most else least

    def _string(self, schema: Json, _: int) -> str:
        known = _FORMATS.get(str(schema.get("format")))
        if known is not None:
            return known
        least, most = (_number_of(schema, key) for key in ("minLength", "maxLength"))
        text = self._text if most is None else self._text[: int(most)]
        return text.ljust(int(least or 0), ".")

    def _resolved(self, schema: Any) -> Json:  # noqa: ANN401
        """Behind a reference, and in the first of several alternatives."""
        for _ in range(_DEPTH):
            if not isinstance(schema, dict):
                return {}
            alternatives = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
            if "$ref" in schema:
                schema = self._named(str(schema["$ref"]))
            elif isinstance(alternatives, list) and alternatives:
                schema = alternatives[0]
        return schema if isinstance(schema, dict) else {}

    def _named(self, reference: str) -> Any:  # noqa: ANN401
        name = reference.rpartition("/")[2]
        return {**self._root.get("$defs", {}), **self._root.get("definitions", {})}.get(name, {})


def _bounds(schema: Json, *, step: float) -> tuple[float, float]:
    least, most = _number_of(schema, "minimum"), _number_of(schema, "maximum")
    above, below = (_number_of(schema, f"exclusive{side}") for side in ("Minimum", "Maximum"))
    least = above + step if least is None and above is not None else least
    most = below - step if most is None and below is not None else most
    if least is None:
        least = 0 if most is None or most >= 0 else most - 10
    return least, least + 10 if most is None else most


def _number_of(schema: Json, key: str) -> float | None:
    value = schema.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
