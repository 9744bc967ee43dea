"""An instruction in the prompt to answer in JSON, followed as far as the prompt shows its form.

A JSON schema in the prompt is filled in; of examples, the last one's keys are taken, with values
of the same types. So a judge's or a parser's client gets an answer that it can read.
"""

import json
import re
from random import Random
from typing import Any

from local_azure.simulated_model.json_instance import instance
from local_azure.simulated_model.training_file import Message, text_of

_INSTRUCTION = re.compile(
    r"(respon|return|repl(y|ies)|answer|output|provide|produce|generate|give|write|parse|format"
    r"|devuelv|contest|genera|escrib)[^?!]{0,120}\bjson\b|\bjson (object|schema|format|array)\b",
    re.IGNORECASE,
)
_TEXT_READ = 60_000  # characters at the end of the prompt
_OBJECTS = 50  # that are looked for


def is_asked_for(messages: list[Message]) -> bool:
    prompt = _prompt(messages)
    return "json" in prompt.lower() and _INSTRUCTION.search(prompt) is not None


def guess(messages: list[Message], text: str, chance: Random) -> str:
    """JSON with the text wherever any string may stand."""
    objects = _objects(_prompt(messages))
    schemas = [one for one in objects if isinstance(one.get("properties"), dict)]
    if schemas:
        value = instance(schemas[-1], text, chance)
    elif objects:
        alike = [one for one in objects if one.keys() == objects[-1].keys()]
        value = _like(chance.choice(alike), text)
    else:
        value = {"answer": text}
    return json.dumps(value, ensure_ascii=False)


def _prompt(messages: list[Message]) -> str:
    """The instructions and the last question; an earlier answer's JSON is no instruction."""
    asked = [m for m in messages if m["role"] in ("system", "developer")]
    asked += [m for m in messages if m["role"] == "user"][-1:]
    return "\n".join(map(text_of, asked))[-_TEXT_READ:]


def _objects(text: str) -> list[dict[str, Any]]:
    """Those in the text that are not part of another one."""
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    at = text.find("{")
    while at >= 0 and len(found) < _OBJECTS:
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            found += [value] if isinstance(value, dict) and value else []
        at = text.find("{", end)
    return found


def _like(value: Any, text: str) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {key: _like(item, text) for key, item in value.items()}
    if isinstance(value, list):
        return [_like(item, text) for item in value[:1]]
    return text if isinstance(value, str) else value
