"""Training files of any size from real sentences: those of data/ and of public files.

Each example takes the system message, questions and sentences of answers from files in one
language, so that rules and tokenizer meet text as people write it. The same seed and sources give
the same file. Sentences of ../shared/corpora are read at run time and never kept.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).resolve().parents[1]
CORPORA = ROOT.parent / "shared" / "corpora"
SEED = 20261201
_SENTENCE = re.compile(r"(?<=[.!?。؟!?])\s+|\n+")
_LENGTHS = range(15, 400)  # characters of a sentence
_LONG_SYSTEM = 1000  # characters, from which a system message is a document
_FEWEST = 10  # sentences of a language


@dataclass
class Sentences:
    """What the files of one language say, each sentence once."""

    systems: dict[str, None] = field(default_factory=dict)
    questions: dict[str, None] = field(default_factory=dict)
    answers: dict[str, None] = field(default_factory=dict)

    def add(self, message: dict[str, Any]) -> None:
        content = message.get("content")
        if not isinstance(content, str):
            return
        if message.get("role") == "system" and len(content) < _LONG_SYSTEM:
            self.systems[content] = None
        said = self.answers if message.get("role") == "assistant" else self.questions
        said.update(dict.fromkeys(_sentences(content)))


def _sentences(text: str) -> Iterator[str]:
    return (one.strip() for one in _SENTENCE.split(text) if len(one.strip()) in _LENGTHS)


def sources() -> Iterator[tuple[str, Path]]:
    """Files with what their sentences are mixed by: a product, or a language."""
    yield from ((path.parent.name, path) for path in sorted(ROOT.glob("data/*/training.jsonl")))
    manifest = CORPORA / "manifest.json"
    if manifest.exists():
        for one in json.loads(manifest.read_text(encoding="utf-8")):
            yield one["lang"][:2], CORPORA / one["file"]


def read() -> list[Sentences]:
    """The sentences of each language that has enough of them."""
    found: defaultdict[str, Sentences] = defaultdict(Sentences)
    for language, path in sources():
        for line in path.read_text(encoding="utf-8-sig").splitlines():
            for message in json.loads(line).get("messages", ()):
                found[language].add(message)
    return [one for one in found.values() if min(len(one.answers), len(one.questions)) > _FEWEST]


def lines() -> Iterator[bytes]:
    """Examples without end; a language is drawn as often as it has sentences."""
    drawn = random.Random(SEED)  # noqa: S311 - a benchmark's data
    pools = [(list(one.systems) or [""], list(one.questions), list(one.answers)) for one in read()]
    weights = [len(answers) for _, _, answers in pools]
    while True:
        systems, questions, answers = drawn.choices(pools, weights)[0]
        messages = [{"role": "system", "content": drawn.choice(systems)}]
        for _ in range(drawn.choice((1, 1, 1, 2, 2, 3))):
            question = " ".join(drawn.sample(questions, drawn.choice((1, 1, 2))))
            answer = " ".join(drawn.sample(answers, drawn.randint(3, 9)))
            messages.append({"role": "user", "content": question})
            messages.append({"role": "assistant", "content": answer})
        kept = [one for one in messages if one["content"]]
        yield json.dumps({"messages": kept}, ensure_ascii=False).encode() + b"\n"


def write(path: Path, size: float) -> int:
    """Write examples until the file has this many bytes; the number of examples."""
    with path.open("wb") as file:
        for number, line in enumerate(lines()):
            if file.tell() + len(line) > size:
                return number
            file.write(line)
    raise AssertionError("lines() has no end")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("megabytes", type=float)
def main(path: Path, megabytes: float) -> None:
    """Write a training file of so many MEGABYTES (of 10**6 bytes)."""
    write(path, megabytes * 10**6)


if __name__ == "__main__":
    main()
