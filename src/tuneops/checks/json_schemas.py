"""JSON Schema (draft 2020-12) from people that nobody vetted: no address is fetched, none hangs.

Patterns run in RE2, linear in the text; references lead only into the schema itself; size, depth
and the number of references that are followed are bounded.
"""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from tuneops.checks.patterns import compiled

MAX_CHARACTERS = 50_000
MAX_DEPTH = 40
MAX_REFERENCES = 5_000  # followed for one answer
# Keywords that compile patterns in a place of their own, or look references up by what was met.
_NOT_TAKEN = ("unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef", "$id")
_SHOWN = 300  # characters of a message, which quotes the answer
_TOO_DEEP = "the schema or the answer is nested too deep"


class _TooManyReferencesError(Exception):
    """The schema's references multiply."""


def require_bounded(schema: dict[str, Any]) -> None:
    """Raises: ValueError where the schema is none, or is more than is evaluated here."""
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import SchemaError

    _require_depth(schema, MAX_DEPTH)
    if len(json.dumps(schema)) > MAX_CHARACTERS:
        raise ValueError(f"a schema has at most {MAX_CHARACTERS:,} characters")
    for key, value in _members(schema):
        _require_member(key, value)
    try:
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(()))
    except SchemaError as error:
        raise ValueError(f"no JSON Schema: {error.json_path}: {error.message}") from error


def complaint(value: object, schema: dict[str, Any]) -> str:
    """Why the schema does not take the value; empty where it does."""
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    validator = _validator()(schema, registry=Registry())
    try:
        for fault in validator.iter_errors(value):
            return f"{fault.json_path}: {fault.message[:_SHOWN]}"
    except _TooManyReferencesError:
        return f"the schema follows more than {MAX_REFERENCES:,} references"
    except RecursionError:
        return _TOO_DEEP
    except Unresolvable as error:
        return f"the schema refers to {error}, which it does not hold"
    return ""


def _require_depth(value: object, left: int) -> None:
    if left == 0:
        raise ValueError(f"a schema is at most {MAX_DEPTH} levels deep")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        _require_depth(one, left - 1)


def _members(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from value.items()
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _members(one)


def _require_member(key: str, value: object) -> None:
    if key in _NOT_TAKEN:
        raise ValueError(f"{key} is not evaluated here")
    if key == "$ref" and not str(value).startswith("#"):
        raise ValueError(f"$ref leads only into the schema itself, not to {value}")
    if key == "pattern" and isinstance(value, str):
        compiled(value)
    if key == "patternProperties" and isinstance(value, dict):
        for pattern in value:
            compiled(pattern)


def _validator() -> Any:  # noqa: ANN401 - made by a library's factory
    """A validator for one answer, which counts the references that it follows."""
    from jsonschema import Draft202012Validator, validators

    followed = count(1)

    def reference(validator: Any, target: str, instance: object, schema: object) -> Any:  # noqa: ANN401 - theirs
        if next(followed) > MAX_REFERENCES:
            raise _TooManyReferencesError
        return Draft202012Validator.VALIDATORS["$ref"](validator, target, instance, schema)

    keywords = {
        "$ref": reference,
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
    }
    return validators.extend(Draft202012Validator, keywords)  # type: ignore[no-untyped-call]


def _fault(message: str) -> Exception:
    from jsonschema.exceptions import ValidationError

    return ValidationError(message)


def _pattern(_validator: Any, wanted: str, instance: object, _schema: object) -> Iterator[Any]:  # noqa: ANN401 - theirs
    if isinstance(instance, str) and not compiled(wanted).search(instance):
        yield _fault(f"{instance!r} does not match {wanted!r}")


def _pattern_properties(
    validator: Any,  # noqa: ANN401 - theirs
    rules: dict[str, Any],
    instance: object,
    _schema: object,
) -> Iterator[Any]:
    for wanted, rule in rules.items():
        for name, value in instance.items() if isinstance(instance, dict) else ():
            if compiled(wanted).search(name):
                yield from validator.descend(value, rule, path=name, schema_path=wanted)


def _additional_properties(
    validator: Any,  # noqa: ANN401 - theirs
    rule: Any,  # noqa: ANN401 - theirs
    instance: object,
    schema: dict[str, Any],
) -> Iterator[Any]:
    patterns = [compiled(one) for one in schema.get("patternProperties", {})]
    for name, value in instance.items() if isinstance(instance, dict) else ():
        if name in schema.get("properties", {}) or any(one.search(name) for one in patterns):
            continue
        if rule is False:
            yield _fault(f"the property {name!r} is not wanted")
        else:
            yield from validator.descend(value, rule, path=name)
