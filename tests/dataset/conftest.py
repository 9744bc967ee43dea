"""Clean examples, as many as a test needs, and the check run on what a test makes of them."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tuneops.dataset.scan import Report, check

Lines = Callable[..., list[str]]
Check = Callable[..., Report]
Content = bytes | str | Sequence[str]

_PLACES = ("Lima", "Cusco", "Sevilla", "Oaxaca", "Bogotá", "Granada", "Quito", "Mérida")
_THEMES = ("museos", "playas", "mercados", "senderos", "fiestas", "murallas", "parques")


def _example(number: int) -> dict[str, Any]:
    place, theme = _PLACES[number % len(_PLACES)], _THEMES[number % len(_THEMES)]
    answer = f"Los {theme} de {place} dan para {number} historias. ¿Cuál te atrae más?"
    return {
        "messages": [
            {"role": "system", "content": "Eres un asistente de viajes."},
            {"role": "user", "content": f"¿Qué {theme} hay en {place}, plan {number}?"},
            {"role": "assistant", "content": answer},
        ]
    }


def _bytes(content: Content) -> bytes:
    if isinstance(content, bytes):
        return content
    text = content if isinstance(content, str) else "".join(f"{line}\n" for line in content)
    return text.encode()


@pytest.fixture(scope="session")
def lines() -> Lines:
    """So many clean lines, no two alike, numbered from a start."""

    def make(count: int = 60, start: int = 0) -> list[str]:
        numbers = range(start, start + count)
        return [json.dumps(_example(number), ensure_ascii=False) for number in numbers]

    return make


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Check:
    """The check of a training file with this content, and of the files beside it."""

    def write(folder: Path, name: str, content: Content | None) -> Path | None:
        if content is None:
            return None
        path = folder / name
        path.write_bytes(_bytes(content))
        return path

    def run_check(
        training: Content,
        validation: Content | None = None,
        smoke: Content | None = None,
        **options: Any,  # noqa: ANN401 - handed on as they are
    ) -> Report:
        folder = tmp_path_factory.mktemp("data", numbered=True)
        path = write(folder, "training.jsonl", training)
        assert path is not None
        beside = write(folder, "validation.jsonl", validation)
        return check(path, beside, write(folder, "smoke.jsonl", smoke), **options)

    return run_check
