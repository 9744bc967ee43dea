"""Columns point at values, at keys and into strings, however the line is written."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tunelint.example import JsonPath
from tunelint.json_text import column, parse

_TEXT = st.text(alphabet=st.sampled_from('ab"\\/{}[]:, é😀\n\u2028'), max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)
_SEPARATORS = st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", " : ")])


@st.composite
def _lines(draw: st.DrawFn) -> tuple[str, Any]:
    value = draw(_VALUES)
    text = json.dumps(value, ensure_ascii=draw(st.booleans()), separators=draw(_SEPARATORS))
    return draw(st.sampled_from(["", "  "])) + text, value


def _paths(value: Any, path: JsonPath = ()) -> Iterator[tuple[JsonPath, Any]]:  # noqa: ANN401
    yield path, value
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    for step, one in inner.items() if isinstance(inner, dict) else ():
        yield from _paths(one, (*path, step))


def _written_at(line: str, place: int) -> Any:  # noqa: ANN401
    return json.JSONDecoder().raw_decode(line, place - 1)[0]


@given(_lines())
def test_a_column_is_where_a_value_or_its_key_starts(example: tuple[str, Any]) -> None:
    line, value = example
    for path, inner in _paths(value):
        assert _written_at(line, column(line.encode(), path)) == inner
        if path and isinstance(path[-1], str):
            assert _written_at(line, column(line.encode(), path, at_key=True)) == path[-1]


@given(_lines())
def test_an_offset_counts_characters_of_the_string(example: tuple[str, Any]) -> None:
    line, value = example
    for path, inner in _paths(value):
        for offset in range(1, len(inner)) if isinstance(inner, str) else ():
            start = column(line.encode(), path)
            written = line[start : column(line.encode(), path, offset=offset) - 1]
            assert json.loads(f'"{written}"') == inner[:offset]


@given(_lines())
def test_a_path_that_leads_nowhere_ends_at_its_deepest_value(example: tuple[str, Any]) -> None:
    line, value = example
    for path, _ in _paths(value):
        here = column(line.encode(), path)
        assert column(line.encode(), (*path, "nowhere")) == here
        assert column(line.encode(), (*path, "nowhere"), at_key=True) == here


def test_many_brackets_are_not_deep() -> None:
    """A row may hold as many objects as it likes, one beside the other."""
    assert parse(b"[" + b"{}," * 500 + b"{}]") == [{}] * 501
