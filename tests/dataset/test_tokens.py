"""Tokens are counted exactly, in the frame of Microsoft's tutorial."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneops.dataset.examples import Document, Format
from tuneops.dataset.rows import Rows
from tuneops.dataset.rowtable import line_digests, table_of
from tuneops.dataset.scan import Report, check
from tuneops.dataset.speech import Speech
from tuneops.dataset.tokens import count_texts, summarise

Lines = Callable[..., list[str]]
Check = Callable[..., Report]

DATA = Path(__file__).parents[2] / "data" / "travel"


def _count(*examples: list[dict[str, object]]) -> list[tuple[int, int]]:
    """Tokens of each example, and those before its first answer."""
    rows = Rows("file", Format.SFT)
    for number, messages in enumerate(examples, 1):
        value = {"messages": messages}
        rows.add(Document("file", number, 0, json.dumps(value), value), b"")
    table, before = table_of(rows, line_digests(rows.raws), Speech(rows), compares=True)
    return list(zip(table["tokens"].tolist(), before.tolist(), strict=True))


def test_texts_count_as_in_o200k_base() -> None:
    """Known counts hold, and the marks of a chat template count as plain characters."""
    assert count_texts(["", "hello world"]) == [0, 2]
    assert count_texts(["<|endoftext|>"])[0] > 1


def test_a_message_costs_its_text_and_four_more() -> None:
    """Three tokens a message and one for its role; three for the example; one for a name."""
    user: dict[str, object] = {"role": "user", "content": "hello world"}
    answer: dict[str, object] = {"role": "assistant", "content": "hello world"}
    named = user | {"name": "hello"}
    plain, longer = 3 + 2 * (4 + 2), 3 + 2 * (4 + 2) + 2
    assert _count([user, answer], [named, answer]) == [(plain, 6), (longer, 7)]


def test_an_answer_that_is_not_trained_on_is_no_start() -> None:
    """What precedes the first trained answer includes answers of weight 0."""
    user: dict[str, object] = {"role": "user", "content": "hello world"}
    mute: dict[str, object] = {"role": "assistant", "content": "hello world", "weight": 0}
    spoken: dict[str, object] = {"role": "assistant", "content": "hello world"}
    assert _count([user, mute, user, spoken])[0][1] == 18


@given(counts=st.lists(st.integers(1, 10_000), min_size=1, max_size=200))
def test_statistics_are_ordered(counts: list[int]) -> None:
    """Least, median, 95th percentile and most never cross, and at most 5 % lie above the 95th."""
    numbers = summarise(counts, messages=0, turns=0)
    shown = [
        numbers.min_tokens, numbers.median_tokens, numbers.p95_tokens, numbers.max_tokens
    ]  # fmt: skip
    assert shown == sorted(shown)
    assert set(shown) <= set(counts)
    assert sum(count > numbers.p95_tokens for count in counts) * 20 <= len(counts)
    assert numbers.tokens == sum(counts)


def test_a_file_is_described_in_numbers(lines: Lines, run: Check) -> None:
    """Examples, messages and answers are counted for each file."""
    report = run(lines(), lines(20, start=100))
    numbers = list(report.statistics.values())
    assert [(one.examples, one.messages, one.turns) for one in numbers] == [
        (60, 180, 60),
        (20, 60, 20),
    ]


@pytest.mark.skipif(not (DATA / "training.jsonl").exists(), reason="no data is shipped")
def test_the_shipped_data_is_clean() -> None:
    """The travel assistant's own files have no error and no warning."""
    report = check(DATA / "training.jsonl", DATA / "validation.jsonl", DATA / "smoke_prompts.jsonl")
    assert [one for one in report.findings if one.code[0] != "I"] == []
