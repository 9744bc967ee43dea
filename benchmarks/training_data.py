"""A training file of any size from a fixed seed: clean but for the duplicates planted in it.

Conversations in Spanish (60 %) and English (40 %) over a Zipf vocabulary, one to four turns,
some with lists, code, tables, prices, emoji or a tool call; 1 % exact and 2 % near duplicates.
"""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

SEED = 20261122
_FUNCTION = {
    "es": "de la que el en y a los se del las un por con una para es al lo como más su".split(),
    "en": "the of and to in a is that it for on with as was at by this have from or".split(),
}
_STARTS = {"es": ("Qué", "Cómo", "Dónde", "Cuándo"), "en": ("What", "How", "Where", "When")}
_SYLLABLES = {
    "es": "ca sa ro ma ti lle na vi da so bre pe ción to mar ra do ga lu no fe".split(),
    "en": "the ing con ter ment ship fa lo ck ri stan ble pro mi ght ea ou ness er y".split(),
}
_SYSTEM = {
    "es": "Eres un asistente amable que conoce el país y sus costumbres.",
    "en": "You are a friendly assistant who knows the country and its customs.",
}
_TOOL = {
    "type": "function",
    "function": {
        "name": "search",
        "parameters": {
            "type": "object",
            "properties": {"query": {"type": "string"}},
            "required": ["query"],
        },
    },
}
_DUPLICATES, _NEAR = 0.01, 0.03


class Writer:
    """Makes examples; equal seeds make equal ones."""

    def __init__(self, seed: int = SEED) -> None:
        self._random = random.Random(seed)  # noqa: S311 - data for a benchmark
        self._words = {name: self._vocabulary(name) for name in _FUNCTION}
        self._ranks = [1 / (rank + 3) for rank in range(6_000)]
        self._weights = [sum(self._ranks[: at + 1]) for at in range(len(self._ranks))]

    def _vocabulary(self, language: str) -> list[str]:
        drawn = self._random
        return [
            "".join(drawn.choices(_SYLLABLES[language], k=drawn.randint(2, 4)))
            for _ in range(6_000)
        ]

    def lines(self) -> Iterator[str]:
        """Lines without end, each an example."""
        recent: list[dict[str, Any]] = []
        drawn = self._random
        while True:
            draw = drawn.random()
            if recent and draw < _DUPLICATES:
                example = drawn.choice(recent)
            elif recent and draw < _NEAR:
                example = self._alike(drawn.choice(recent))
            else:
                example = self._example()
                recent = [*recent[-200:], example]
            yield json.dumps(example, ensure_ascii=False)

    def _sentence(self, language: str, words: int) -> str:
        drawn = self._random
        content = drawn.choices(self._words[language], cum_weights=self._weights, k=words)
        common = drawn.choices(_FUNCTION[language], k=words)
        text = " ".join(
            common[at] if drawn.random() < 0.45 else content[at]  # noqa: PLR2004 - as in prose
            for at in range(words)
        )
        return text[0].upper() + text[1:]

    def _answer(self, language: str) -> str:
        drawn = self._random
        parts = [
            ". ".join(self._sentence(language, drawn.randint(6, 22)) for _ in range(4)) + "."
            for _ in range(drawn.randint(1, 3))
        ]
        kind = drawn.random()
        if kind < 0.15:  # noqa: PLR2004 - a share of the answers
            parts.append("\n".join(f"- {self._sentence(language, 6)}" for _ in range(4)))
        elif kind < 0.20:  # noqa: PLR2004 - same
            parts.append(f'```python\nprint("{self._sentence(language, 3)}")\n```')
        elif kind < 0.24:  # noqa: PLR2004 - same
            parts.append(f"| a | b |\n|---|---|\n| {drawn.randint(1, 99)} € | 😀 |")
        return "\n\n".join(parts)

    def _example(self) -> dict[str, Any]:
        drawn = self._random
        language = "es" if drawn.random() < 0.6 else "en"  # noqa: PLR2004 - the mixture
        messages: list[dict[str, Any]] = [{"role": "system", "content": _SYSTEM[language]}]
        for _ in range(drawn.choice((1, 1, 2, 2, 3, 4))):
            opening = drawn.choice(_STARTS[language])
            question = f"{opening} {self._sentence(language, drawn.randint(8, 20)).lower()}?"
            messages += [
                {"role": "user", "content": question},
                {"role": "assistant", "content": self._answer(language)},
            ]
        if drawn.random() < 0.05:  # noqa: PLR2004 - with a tool
            return {"messages": self._with_call(messages), "tools": [_TOOL]}
        return {"messages": messages}

    def _with_call(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        arguments = json.dumps({"query": messages[1]["content"][:30]}, ensure_ascii=False)
        function = {"name": "search", "arguments": arguments}
        call = {"id": "call_1", "type": "function", "function": function}
        asked, told = messages[:-1], messages[-1]
        result = {"role": "tool", "tool_call_id": "call_1", "content": told["content"][:80]}
        return [*asked, {"role": "assistant", "tool_calls": [call]}, result, told]

    def _alike(self, example: dict[str, Any]) -> dict[str, Any]:
        copy: dict[str, Any] = json.loads(json.dumps(example))
        words = copy["messages"][-1]["content"].split(" ")
        for _ in range(3):
            words[self._random.randrange(len(words))] = self._sentence("es", 1).lower()
        copy["messages"][-1]["content"] = " ".join(words)
        return copy


def write(path: Path, size: int) -> None:
    """Write examples until the file has this many bytes."""
    with path.open("wb") as file:
        for line in Writer().lines():
            data = line.encode() + b"\n"
            if file.tell() + len(data) > size:
                return
            file.write(data)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("megabytes", type=float)
def main(path: Path, megabytes: float) -> None:
    """Write a training file of so many MEGABYTES (of 10**6 bytes)."""
    write(path, int(megabytes * 10**6))


if __name__ == "__main__":
    main()
