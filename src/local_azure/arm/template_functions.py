"""The functions of ARM templates that depend on their arguments alone (template-functions)."""

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from pydantic import ConfigDict, validate_call

from local_azure.arm.template_language import LARGEST, too_large

_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")  # of guid(); Bicep's documentation
_PLACE = re.compile(r"\{\{|\}\}|\{(\d{1,3})\}|[{}]")
_MASK = 0xFFFFFFFF

Function = Callable[..., Any]


def text_of(value: object) -> str:
    """As string() and format() write it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int):
        return str(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _concat(first: str | int | list[Any], *more: str | int | list[Any]) -> str | list[Any]:
    parts = (first, *more)
    if all(isinstance(part, list) for part in parts):
        if sum(map(len, parts)) > LARGEST:  # type: ignore[arg-type]
            raise too_large()
        return [item for part in parts for item in part]  # type: ignore[union-attr]
    if any(isinstance(part, list) for part in parts):
        raise ValueError("they must all be arrays, or all texts")
    return _joined("", list(map(text_of, parts)))


def _joined(mark: str, parts: list[str]) -> str:
    """Looks at the size before anything of that size is made."""
    if sum(map(len, parts)) + len(mark) * len(parts) > LARGEST:
        raise too_large()
    return mark.join(parts)


def _format(form: str, *values: Any) -> str:  # noqa: ANN401
    texts, parts, at = list(map(text_of, values)), [], 0
    for place in _PLACE.finditer(form):
        parts.append(form[at : place.start()])
        at = place.end()
        if place[0] in ("{{", "}}"):
            parts.append(place[0][0])
        elif place[1] is not None and int(place[1]) < len(texts):
            parts.append(texts[int(place[1])])
        else:
            raise ValueError(f"the format has '{place[0]}' at {place.start()}")
    return _joined("", [*parts, form[at:]])


def _substring(text: str, start: int, length: int | None = None) -> str:
    end = len(text) if length is None else start + length
    if not 0 <= start <= end <= len(text):
        raise ValueError("the range lies outside the text")
    return text[start:end]


def _replace(text: str, old: str, new: str) -> str:
    if not old:
        raise ValueError("nothing cannot be replaced")
    return _joined(new, text.split(old))


def _split(text: str, delimiters: str | list[str]) -> list[str]:
    marks = [delimiters] if isinstance(delimiters, str) else delimiters
    if not all(marks):
        raise ValueError("a delimiter is empty")
    return re.split("|".join(map(re.escape, marks)), text) if marks else [text]


def _length(value: str | list[Any] | dict[str, Any]) -> int:
    return len(value)


def _equals(one: Any, other: Any) -> bool:  # noqa: ANN401
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _and(first: bool, *more: bool) -> bool:
    return all((first, *more))


def _or(first: bool, *more: bool) -> bool:
    return any((first, *more))


def _not(value: bool) -> bool:
    return not value


def _empty(value: str | list[Any] | dict[str, Any] | None) -> bool:
    return not value


def _string(value: Any) -> str:  # noqa: ANN401
    return text_of(value)


def _int(value: str | int) -> int:
    return int(value)


def _to_lower(text: str) -> str:
    return text.lower()


def _to_upper(text: str) -> str:
    return text.upper()


def _guid(first: str, *more: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "-".join((first, *more))))


def _new_guid() -> str:
    return str(uuid.uuid4())


def _json(text: str) -> Any:  # noqa: ANN401
    return json.loads(text)


def _array(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else [value]


def unique_string(first: str, *more: str) -> str:
    """Azure's own 13 characters: two lanes of Murmur 3, in base 32."""
    digest = _murmur("-".join((first, *more)).encode())
    digits = ((digest << 5 * place & 0xFFFFFFFFFFFFFFFF) >> 59 for place in range(13))
    return "".join("abcdefghijklmnopqrstuvwxyz234567"[digit] for digit in digits)


def _murmur(content: bytes) -> int:
    one = two = 0
    for start in range(0, len(content), 8):
        block = content[start : start + 8]
        one ^= _scrambled(block[:4], 0x239B961B, 15, 0xAB0E9789)
        if len(block) == 8:  # noqa: PLR2004  a whole one
            one = (_turned(one, 19) + two) * 5 + 0x561CCD1B & _MASK
        two ^= _scrambled(block[4:], 0xAB0E9789, 17, 0x239B961B)
        if len(block) == 8:  # noqa: PLR2004
            two = (_turned(two, 13) + one) * 5 + 0x0BCAA747 & _MASK
    one, two = _crossed(one ^ len(content), two ^ len(content))
    one, two = _crossed(_finished(one), _finished(two))
    return two << 32 | one


def _scrambled(content: bytes, factor: int, turn: int, other: int) -> int:
    return _turned(int.from_bytes(content, "little") * factor & _MASK, turn) * other & _MASK


def _turned(value: int, count: int) -> int:
    return (value << count | value >> 32 - count) & _MASK


def _crossed(one: int, two: int) -> tuple[int, int]:
    one = one + two & _MASK
    return one, two + one & _MASK


def _finished(value: int) -> int:
    value = (value ^ value >> 16) * 0x85EBCA6B & _MASK
    value = (value ^ value >> 13) * 0xC2B2AE35 & _MASK
    return value ^ value >> 16


_strict = validate_call(config=ConfigDict(strict=True))
FUNCTIONS: dict[str, Function] = {
    "concat": _strict(_concat),
    "format": _strict(_format),
    "substring": _strict(_substring),
    "replace": _strict(_replace),
    "split": _strict(_split),
    "length": _strict(_length),
    "equals": _strict(_equals),
    "and": _strict(_and),
    "or": _strict(_or),
    "not": _strict(_not),
    "empty": _strict(_empty),
    "string": _strict(_string),
    "int": _strict(_int),
    "tolower": _strict(_to_lower),
    "toupper": _strict(_to_upper),
    "guid": _strict(_guid),
    "newguid": _strict(_new_guid),
    "uniquestring": _strict(unique_string),
    "json": _strict(_json),
    "array": _strict(_array),
    "true": _strict(lambda: True),
    "false": _strict(lambda: False),
    "null": _strict(lambda: None),
}
