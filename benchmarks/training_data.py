"""A training file of any size from a fixed seed: clean but for the duplicates planted in it.

Conversations in Spanish (60 %) and English (40 %) over a Zipf vocabulary, one to four turns,
some with lists, code, tables, prices, emoji or a tool call; 1 % exact and 2 % near duplicates.
"""

import json
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import click

SEED = 20261122
_FUNCTION = {
    "es": [
        "de",
        "la",
        "que",
        "el",
        "en",
        "y",
        "a",
        "los",
        "se",
        "del",
        "las",
        "un",
        "por",
        "con",
        "una",
        "para",
        "es",
        "al",
        "lo",
        "como",
        "más",
        "su",
        "pero",
        "este",
        "sin",
        "sobre",
        "entre",
        "cuando",
        "también",
        "hasta",
        "hay",
        "donde",
        "desde",
        "todo",
        "nos",
        "durante",
        "según",
        "cada",
        "otra",
        "ya",
        "muy",
    ],
    "en": [
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "is",
        "that",
        "it",
        "for",
        "on",
        "with",
        "as",
        "was",
        "at",
        "by",
        "this",
        "have",
        "from",
        "or",
        "but",
        "which",
        "when",
        "there",
        "their",
        "between",
        "about",
        "through",
        "each",
        "other",
        "after",
        "before",
        "also",
        "very",
        "while",
        "into",
        "many",
    ],
}
_STARTS = {"es": ("Qué", "Cómo", "Dónde", "Cuándo"), "en": ("What", "How", "Where", "When")}
_STEMS = {
    "es": [
        "cuid",
        "viaj",
        "ciudad",
        "mercad",
        "barri",
        "histori",
        "mont",
        "puent",
        "jardin",
        "cocin",
        "tren",
        "segur",
        "tard",
        "mañan",
        "invier",
        "veran",
        "fiest",
        "muse",
        "playa",
        "bosque",
        "lectur",
        "camp",
        "cuent",
        "music",
        "pint",
        "libr",
        "tiend",
        "precio",
        "cambi",
        "reserv",
        "visit",
        "guard",
        "cas",
        "puert",
        "ventan",
        "cerr",
        "abr",
        "tom",
        "com",
        "hall",
    ],
    "en": [
        "walk",
        "care",
        "travel",
        "city",
        "market",
        "histor",
        "square",
        "mount",
        "street",
        "bridge",
        "garden",
        "cook",
        "train",
        "safe",
        "evening",
        "morning",
        "winter",
        "summer",
        "music",
        "beach",
        "forest",
        "read",
        "count",
        "paint",
        "book",
        "shop",
        "price",
        "change",
        "visit",
        "guard",
        "house",
        "door",
        "window",
        "close",
        "open",
        "take",
        "speak",
        "light",
        "water",
        "stone",
        "paper",
    ],
}
_ENDINGS = {
    "es": [
        "o",
        "a",
        "os",
        "as",
        "ar",
        "ando",
        "ado",
        "ida",
        "ador",
        "adora",
        "ero",
        "era",
        "eros",
        "oso",
        "osa",
        "ción",
        "mente",
        "al",
        "ales",
        "ito",
        "ita",
        "aban",
        "aron",
        "aría",
        "en",
        "an",
        "es",
        "illa",
        "ista",
        "ismo",
        "able",
    ],
    "en": [
        "s",
        "ed",
        "ing",
        "er",
        "ers",
        "ly",
        "ful",
        "less",
        "ness",
        "ment",
        "able",
        "y",
        "ish",
        "ive",
        "ation",
        "al",
        "ally",
        "ward",
        "ship",
        "hood",
    ],
}
_PREFIXES = {
    "es": ("", "", "", "re", "des", "pre", "contra", "sobre", "entre", "ultra"),
    "en": ("", "", "", "re", "un", "pre", "counter", "fore", "inter", "under"),
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

    def __init__(self, seed: int = SEED, *, tools: bool = True) -> None:
        self._tools = tools
        self._random = random.Random(seed)  # noqa: S311 - data for a benchmark
        self._words = {name: self._vocabulary(name) for name in _FUNCTION}
        self._weights = {
            name: list(accumulate(1 / (rank + 50) for rank in range(len(words))))
            for name, words in self._words.items()
        }

    def _vocabulary(self, language: str) -> list[str]:
        words = [
            prefix + stem + ending
            for prefix in dict.fromkeys(_PREFIXES[language])
            for stem in _STEMS[language]
            for ending in _ENDINGS[language]
        ]
        self._random.shuffle(words)
        return words

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
        content = drawn.choices(self._words[language], cum_weights=self._weights[language], k=words)
        common = drawn.choices(_FUNCTION[language], k=words)
        text = " ".join(
            common[at] if at % 5 in (0, 2) and at < words - 1 else content[at]
            for at in range(words)
        )
        return text[0].upper() + text[1:]

    def _answer(self, language: str) -> str:
        drawn = self._random
        parts = [
            ". ".join(self._sentence(language, drawn.randint(6, 18)) for _ in range(3)) + "."
            for _ in range(drawn.randint(1, 2))
        ]
        kind = drawn.random()
        if kind < 0.15:  # noqa: PLR2004 - a share of the answers
            parts.insert(0, "\n".join(f"- {self._sentence(language, 6)}." for _ in range(4)))
        elif kind < 0.20:  # noqa: PLR2004 - same
            parts.insert(0, f'```python\nprint("{self._sentence(language, 3)}")\n```')
        elif kind < 0.24:  # noqa: PLR2004 - same
            parts.insert(0, f"| a | b |\n|---|---|\n| {drawn.randint(1, 99)} € | 😀 |")
        return "\n\n".join(parts)

    def _example(self) -> dict[str, Any]:
        drawn = self._random
        language = "es" if drawn.random() < 0.6 else "en"  # noqa: PLR2004 - the mixture
        messages: list[dict[str, Any]] = [{"role": "system", "content": _SYSTEM[language]}]
        for _ in range(drawn.choice((1, 1, 1, 2, 2, 3, 4))):
            opening = drawn.choice(_STARTS[language])
            mark = "¿" if language == "es" else ""
            question = f"{mark}{opening} {self._sentence(language, drawn.randint(8, 20)).lower()}?"
            messages += [
                {"role": "user", "content": question},
                {"role": "assistant", "content": self._answer(language)},
            ]
        if drawn.random() < 0.05 and self._tools:  # noqa: PLR2004 - with a tool
            return {"messages": self._with_call(messages), "tools": [_TOOL]}
        return {"messages": messages}

    def _with_call(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        arguments = json.dumps({"query": messages[1]["content"][:30]}, ensure_ascii=False)
        function = {"name": "search", "arguments": arguments}
        call = {"id": "call_1", "type": "function", "function": function}
        asked, told = messages[:-1], messages[-1]
        result = {"role": "tool", "tool_call_id": "call_1", "content": self._sentence("en", 12)}
        return [*asked, {"role": "assistant", "tool_calls": [call]}, result, told]

    def _alike(self, example: dict[str, Any]) -> dict[str, Any]:
        copy: dict[str, Any] = json.loads(json.dumps(example))
        words = copy["messages"][-1]["content"].split(" ")
        for _ in range(3):
            words[self._random.randrange(len(words) - 1)] = self._sentence("es", 1).lower()
        copy["messages"][-1]["content"] = " ".join(words)
        return copy


def write(path: Path, size: int, *, tools: bool = True) -> None:
    """Write examples until the file has this many bytes."""
    with path.open("wb") as file:
        for line in Writer(tools=tools).lines():
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
