"""Answers kept as they arrive, so that a killed run pays for none of them twice."""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Self

from pydantic import TypeAdapter

from tuneops.smoke.answer import Answer

FILE = "answers.jsonl"
_ANSWER = TypeAdapter(Answer)


class Journal:
    """A file of one answer a line under the digest of what was asked; a torn line is no answer."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._known = dict(_read(path))
        self._lock = threading.Lock()
        self._file: IO[str] = path.open("a", encoding="utf-8")
        if _torn(path):
            self._file.write("\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._known)

    def find(self, asked: str) -> Answer | None:
        return self._known.get(asked)

    def add(self, asked: str, answer: Answer) -> None:
        line = json.dumps({"asked": asked, "answer": asdict(answer)}, ensure_ascii=False)
        with self._lock:
            self._file.write(f"{line}\n")
            self._file.flush()

    def done(self) -> None:
        """The record holds all answers: the next run asks anew."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def _read(path: Path) -> Iterator[tuple[str, Answer]]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            entry = json.loads(line)
            yield str(entry["asked"]), _ANSWER.validate_python(entry["answer"])
        except (ValueError, TypeError, KeyError):
            continue


def _torn(path: Path) -> bool:
    return path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
