"""No row can make the rules slow: time grows with the text and not with its square."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dataset import unscreened
from tests.dataset.test_kinds import SAID
from tuneops.dataset.examples import Document, Example
from tuneops.dataset.rules.policy import Policy
from tuneops.dataset.scan import check

SMALL, LARGE = 12_000, 96_000  # characters: eight times as many
SYSTEM = (
    "Responde siempre en español, de usted, en menos de 20 palabras y sin emojis. No recomiendes "
    "hoteles, no des precios, dosis, diagnósticos ni consejos de inversión y no pidas contraseñas."
)
ROWS: dict[str, Callable[[int], str]] = {
    "digits": lambda n: "1 " * (n // 2),
    "digit run": lambda n: "9" * n,
    "letters": lambda n: "a" * n,
    "capitals": lambda n: "A" * n,
    "words": lambda n: "de la " * (n // 6),
    "many words": lambda n: " ".join(f"palabra{i}" for i in range(n // 12)),
    "sums": lambda n: "1+" * (n // 2),
    "dots": lambda n: "a." * (n // 2),
    "at signs": lambda n: "a@" * (n // 2),
    "dashes": lambda n: "-----BEGIN " * (n // 11),
    "braces": lambda n: "{{ [nombre " * (n // 11),
    "passwords": lambda n: "la contraseña es " * (n // 17),
    "fences": lambda n: "```\n" * (n // 4),
    "ignore": lambda n: "ignora todas las " * (n // 17),
    "labels": lambda n: "Cliente: " * (n // 9),
    "dollars": lambda n: "$x" * (n // 2),
    "brackets": lambda n: "[(" * (n // 2),
    "entities": lambda n: "&aacute" * (n // 7),
    "question marks": lambda n: "a?" * (n // 2),
    "cyrillic": lambda n: "a\u0430" * (n // 2),
    "streets": lambda n: "calle Mayor " * (n // 12),
    "names": lambda n: "María López tiene " * (n // 18),
    "eyJ": lambda n: "eyJhbGciOi." * (n // 11),
    "lines": lambda n: "\n" * n,
    "you are": lambda n: "you are a very " * (n // 15),
    "addresses": lambda n: "@a." * (n // 3),
    "policy": lambda n: "no te recomiendo el hotel, " * (n // 27),
    "backslashes": lambda n: "\\n" * (n // 2),
    "an open block": lambda n: "```json\n" + "\n" * n,
}
# Something for every detector, and then a run: each expression has to go through the run.
SET_OFF = "\n".join(SAID)
RUNS = {"lines": "\n", "spaces": " ", "letters": "a", "digits": "1", "marks": "!"}


BIG = 5 * 10**6  # characters of a whole row


def _seconds(text: str) -> float:
    """Of the faster of two examinations, processor time."""
    told = {"role": "system", "content": SYSTEM}
    talk = [told, {"role": "user", "content": text}, {"role": "assistant", "content": text}]
    example = Example(Document("", 1, 0, "", json.loads(json.dumps({"messages": talk}))))
    taken = []
    for _ in range(2):
        start = time.process_time()
        for _ in unscreened.examine(example, Policy()):
            pass
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.parametrize("name", ROWS)
def test_time_grows_with_the_text(name: str) -> None:
    """Eight times the text takes nowhere near sixty-four times as long."""
    small = _seconds(ROWS[name](SMALL))
    large = _seconds(ROWS[name](LARGE))
    assert large < 24 * max(small, 0.01)


@pytest.mark.parametrize("name", RUNS)
def test_time_grows_with_a_run_whatever_stands_before_it(name: str) -> None:
    """With every detector at work, eight times the run takes nowhere near 64 times as long."""
    small = _seconds(SET_OFF + RUNS[name] * SMALL)
    large = _seconds(SET_OFF + RUNS[name] * LARGE)
    assert large < 24 * max(small, 0.01)


def _row_seconds(path: Path, size: int) -> float:
    """Of a check of a file whose one row is hostile in every way at once, processor time."""
    text = "\n".join(row(size // 2 // len(ROWS)) for row in ROWS.values())
    talk = [{"role": "user", "content": text}, {"role": "assistant", "content": text}]
    path.write_text(json.dumps({"messages": talk}, ensure_ascii=False) + "\n", encoding="utf-8")
    start = time.process_time()
    check(path, jobs=1)
    return time.process_time() - start


def test_a_hostile_row_of_five_megabytes_takes_linear_time(tmp_path: Path) -> None:
    """Through the whole check, eight times the row takes nowhere near sixty-four times as long."""
    path = tmp_path / "training.jsonl"
    _row_seconds(path, 1_000)
    assert _row_seconds(path, BIG) < 16 * max(_row_seconds(path, BIG // 8), 0.05)
