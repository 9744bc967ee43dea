"""Graders: what a sample is worth for an item, by comparison, by similarity or by a model.

Python graders are not run: code that clients send is not executed on this machine.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_azure.simulated_model.formula import FormulaError, value_of
from local_azure.simulated_model.similarity import METRICS

Json = dict[str, Any]
# Asks a model by name: messages and a schema of the answer; the answer, or None where it cannot.
AskModel = Callable[[str, list[Json], Json], Awaitable[Json | None]]

TYPES = ("string_check", "text_similarity", "score_model", "label_model", "python", "multi")
OPERATIONS = ("eq", "ne", "like", "ilike")
NOT_RUN = "The local Azure runs no code that clients send."
_VARIABLE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


class GraderError(ValueError):
    """What is wrong with a grader's description."""


@dataclass(frozen=True)
class Grade:
    """`errors` are names of the flags that the answer raises, `parts` the grades of a multi."""

    reward: float
    errors: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, float] = field(default_factory=dict)


def checked(grader: object, *, nested: bool = False) -> Json:
    """Raises GraderError with the first thing that is wrong."""
    if not isinstance(grader, dict) or grader.get("type") not in TYPES:
        raise GraderError(f"'type' must be one of {', '.join(TYPES)}.")
    kind = grader["type"]
    if kind == "multi" and nested:
        raise GraderError("A grader of several cannot be part of one.")
    _require_text(grader, "name")
    _CHECKS[kind](grader)
    return grader


async def grade(grader: Json, namespace: Json, ask: AskModel) -> Grade:
    """`namespace` has item and sample, to which {{item.key}} and {{sample.output_text}} refer."""
    kind = grader["type"]
    if kind in ("string_check", "text_similarity"):
        try:
            pair = [filled(grader[key], namespace) for key in ("input", "reference")]
        except KeyError:
            return Grade(0.0, {"invalid_variable_error": True})
        return Grade(_compared(grader, *pair))
    if kind == "python":
        flags = {"python_grader_server_error": True, "python_grader_server_error_type": NOT_RUN}
        return Grade(0.0, flags)
    if kind == "multi":
        return await _combined(grader, namespace, ask)
    return await _by_model(grader, namespace, ask)


async def reward(grader: Json, item: Json, sample: str, ask: AskModel) -> Grade:
    """What `sample` is worth for `item`."""
    namespace = {"item": item, "sample": {"output_text": sample, **_parsed(sample)}}
    return await grade(grader, namespace, ask)


def _parsed(sample: str) -> Json:
    try:
        return {"output_json": json.loads(sample)}
    except (ValueError, RecursionError):
        return {}


def types_in(grader: Json) -> set[str]:
    """The grader's type, and those of its parts."""
    return {grader["type"], *(part["type"] for part in grader.get("graders", {}).values())}


def passed(grader: Json, reward: float) -> bool:
    """By the threshold that a criterion states; else a full score, or half the range."""
    threshold = grader.get("pass_threshold")
    if threshold is None:
        least, most = grader.get("range") or (0.0, 1.0)
        by_degree = grader["type"] in ("score_model", "text_similarity")
        threshold = (least + most) / 2 if by_degree else 1
    return bool(reward >= threshold)


def filled(template: str, namespace: Json) -> str:
    """Raises KeyError where a variable is not there."""
    return _VARIABLE.sub(lambda found: _looked_up(found[1], namespace), template)


def _looked_up(path: str, namespace: Json) -> str:
    value: Any = namespace
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            raise KeyError(path)
        value = value[name]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _compared(grader: Json, given: str, wanted: str) -> float:
    if grader["type"] == "text_similarity":
        return METRICS[grader["evaluation_metric"]](given, wanted)
    results = {
        "eq": given == wanted,
        "ne": given != wanted,
        "like": wanted in given,
        "ilike": wanted.lower() in given.lower(),
    }
    return float(results[grader["operation"]])


async def _by_model(grader: Json, namespace: Json, ask: AskModel) -> Grade:
    try:
        messages = [_message(message, namespace) for message in grader["input"]]
    except KeyError:
        return Grade(0.0, {"invalid_variable_error": True})
    labels = grader.get("labels")
    least, most = grader.get("range") or (0.0, 1.0)
    score = {"type": "number", "minimum": least, "maximum": most}
    wanted = {"label": {"enum": labels}} if labels else {"score": score}
    form = {"type": "object", "properties": wanted, "required": list(wanted)}
    answer = await ask(grader["model"], messages, form)
    if answer is None:
        return Grade(0.0, {"model_grader_server_error": True})
    if labels:
        return Grade(float(answer.get("label") in grader["passing_labels"]))
    value = answer.get("score", answer.get("result"))
    if not isinstance(value, int | float) or isinstance(value, bool):
        return Grade(0.0, {"model_grader_parse_error": True})
    return Grade(float(min(max(value, least), most)))


def _message(message: Json, namespace: Json) -> Json:
    content = message.get("content")
    text = content.get("text") if isinstance(content, dict) else content
    return {"role": message.get("role", "user"), "content": filled(str(text or ""), namespace)}


async def _combined(grader: Json, namespace: Json, ask: AskModel) -> Grade:
    parts: dict[str, float] = {}
    errors: dict[str, Any] = {}
    for name, part in grader["graders"].items():
        found = await grade(part, namespace, ask)
        parts[name] = found.reward
        errors |= found.errors
    try:
        return Grade(value_of(grader["calculate_output"], parts), errors, parts)
    except FormulaError:
        return Grade(0.0, errors | {"formula_parse_error": True}, parts)


def _require_text(grader: Json, key: str) -> None:
    if not isinstance(grader.get(key), str) or not grader[key]:
        raise GraderError(f"The grader's '{key}' must be a text.")


def _check_string(grader: Json) -> None:
    for key in ("input", "reference"):
        if not isinstance(grader.get(key), str):
            raise GraderError(f"The grader's '{key}' must be a text.")
    if grader.get("operation") not in OPERATIONS:
        raise GraderError(f"The grader's 'operation' must be one of {', '.join(OPERATIONS)}.")


def _check_similarity(grader: Json) -> None:
    for key in ("input", "reference"):
        if not isinstance(grader.get(key), str):
            raise GraderError(f"The grader's '{key}' must be a text.")
    if grader.get("evaluation_metric") not in METRICS:
        raise GraderError(f"The grader's 'evaluation_metric' must be one of {', '.join(METRICS)}.")


def _check_model(grader: Json) -> None:
    _require_text(grader, "model")
    given = grader.get("input")
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise GraderError("The grader's 'input' must be a list of messages.")
    span = grader.get("range")
    if span is not None and not (isinstance(span, list) and len(span) == 2 and span[0] < span[1]):  # noqa: PLR2004
        raise GraderError("The grader's 'range' must be two numbers, the lower one first.")


def _check_label(grader: Json) -> None:
    _check_model(grader)
    labels, passing = grader.get("labels"), grader.get("passing_labels")
    if not isinstance(labels, list) or not labels or not isinstance(passing, list):
        raise GraderError("The grader's 'labels' and 'passing_labels' must be lists.")
    if not set(passing) <= set(labels):
        raise GraderError("The grader's 'passing_labels' must be some of its 'labels'.")


def _check_multi(grader: Json) -> None:
    parts = grader.get("graders")
    if isinstance(parts, dict) and "type" in parts:
        parts = {str(parts.get("name")): parts}
    if not isinstance(parts, dict) or not parts:
        raise GraderError("The grader's 'graders' must be an object of graders.")
    for part in parts.values():
        checked(part, nested=True)
    _require_text(grader, "calculate_output")
    grader["graders"] = parts
    try:
        value_of(grader["calculate_output"], dict.fromkeys(parts, 1.0))
    except FormulaError as error:
        raise GraderError(f"The grader's 'calculate_output' is no formula: {error}.") from None


_CHECKS: Mapping[str, Callable[[Json], None]] = {
    "string_check": _check_string,
    "text_similarity": _check_similarity,
    "score_model": _check_model,
    "label_model": _check_label,
    "python": lambda grader: _require_text(grader, "source"),
    "multi": _check_multi,
}
