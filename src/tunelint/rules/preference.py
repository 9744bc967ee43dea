"""Pairs of answers (DPO) and questions with references (reinforcement): 1100 to 1299.

Source: the guides for direct preference optimization and for reinforcement fine-tuning of Azure
OpenAI (learn.microsoft.com, 2026-10).
"""

import json
from collections.abc import Iterator
from typing import Any

from tunelint.escaping import quote
from tunelint.example import (
    CHAT_KEYS,
    PROMPT_ROLES,
    ROLES,
    Example,
    Format,
    JsonPath,
    Message,
    format_of,
)
from tunelint.rule import Violation, on_example, rule

_USER = '{"role": "user", "content": "¿Llueve en Lima?"}'
_YES = '{"role": "assistant", "content": "Apenas: allí garúa. ¿Cuándo vas?"}'
_NO = '{"role": "assistant", "content": "No sé."}'


def _pair(asked: str = _USER, preferred: str = f"[{_YES}]", other: str = f"[{_NO}]") -> str:
    return (
        f'{{"input": {{"messages": [{asked}]}}, "preferred_output": {preferred}, '
        f'"non_preferred_output": {other}}}'
    )


_GOOD = _pair()

EMPTY_OUTPUT = rule(
    "E1102",
    "empty-output",
    what="One of the two answers is empty.",
    why="There is nothing to compare.",
    bad=_pair(other="[]"),
    good=_GOOD,
    fix="Write the answer, or delete the pair.",
)
IDENTICAL = rule(
    "E1103",
    "identical-outputs",
    what="The preferred and the other answer are the same.",
    why="There is no preference to learn.",
    bad=_pair(other=f"[{_YES}]"),
    good=_GOOD,
    fix="Write two answers of which one is better.",
)
INPUT_LAST = rule(
    "E1104",
    "input-last",
    what="The input of a pair does not end with a question.",
    why="The two outputs are the answers; the input ends with the question, or a tool's result.",
    bad=_pair(asked=f"{_USER}, {_YES}"),
    good=_GOOD,
    fix="End the input with the user's message; an answer belongs in the outputs.",
)
MISSING = rule(
    "E1105",
    "missing-output",
    what="A pair lacks its input or one of its outputs.",
    why="All three are required.",
    bad=f'{{"input": {{"messages": [{_USER}]}}, "non_preferred_output": [{_NO}]}}',
    good=_GOOD,
    fix="Add what is missing.",
)
OUTPUT_COUNT = rule(
    "E1106",
    "output-count",
    what="An output has more than one answer.",
    why="Each output is one answer, after the tool calls that it may need.",
    bad=_pair(preferred=f"[{_YES}, {_YES}]"),
    good=_GOOD,
    fix="Keep one answer in each output.",
)
OUTPUT_ROLE = rule(
    "E1107",
    "output-role",
    what="A message of an output is not from the assistant or a tool.",
    why="Outputs are answers.",
    bad=_pair(preferred=f"[{_USER}]"),
    good=_GOOD,
    fix="Give the answer the role assistant.",
)
OUTPUT_TYPE = rule(
    "E1108",
    "output-type",
    what="The input or an output has a wrong type.",
    why='The input is an object with "messages"; the outputs are lists of messages.',
    bad=_pair(preferred='"Sí."'),
    good=_GOOD,
    fix='Write [{"role": "assistant", "content": "…"}].',
)
MIXED = rule(
    "E1109",
    "mixed-formats",
    what="A line of another format than the rest of the file.",
    why="A job takes one format; Azure refuses the file.",
    bad="a line with messages in a file of pairs",
    good=_GOOD,
    fix="Move the line to a file of its own format.",
)
REFERENCE_LAST = rule(
    "E1201",
    "question-not-last",
    what="An example for reinforcement does not end with a user message.",
    why="The model writes the answer itself; a grader judges it by the other fields.",
    bad='{"messages": [' + _USER + ", " + _YES + '], "respuesta": "garúa"}',
    good='{"messages": [' + _USER + '], "respuesta": "garúa"}',
    fix="Delete the answer, and give the grader its reference in a field of its own.",
)
REFERENCE_MISSING = rule(
    "E1202",
    "reference-missing",
    what="An example for reinforcement has nothing beside its messages, or only what is empty.",
    why="The grader compares the answer with a field that this example does not have.",
    bad='{"messages": [' + _USER + "]}",
    good='{"messages": [' + _USER + '], "respuesta": "garúa"}',
    fix="Add the field that the grader reads.",
)

OUTPUTS = ("preferred_output", "non_preferred_output")
_KEYS = ("input", *OUTPUTS)


@on_example
def examine_format(example: Example) -> Iterator[Violation]:
    """Whether a line is of its file's format; conversations have a rule of their own."""
    found = format_of(example.value)
    if found is not None and found is not example.format and example.format is Format.DPO:
        yield Violation(MIXED, "A conversation in a file of pairs.", ("messages",), at_key=True)
    if example.format is Format.RFT:
        own = example.fields.keys() - set(CHAT_KEYS)
        if all(example.fields[key] in (None, "", [], {}) for key in own):
            text = "There is nothing beside the messages for a grader to read."
            yield Violation(REFERENCE_MISSING, text, ())


@on_example
def examine_pair(example: Example) -> Iterator[Violation]:
    """What a pair needs beside well-formed messages."""
    if example.format is not Format.DPO or not example.fields:
        return
    missing = [key for key in _KEYS if key not in example.fields]
    for key in missing:
        yield Violation(MISSING, f"The key {quote(key)} is missing.", ())
    asked = example.fields.get("input")
    if asked is not None or "input" in example.fields:
        yield from _input(example, asked)
    for key in OUTPUTS:
        if key in example.fields:
            yield from _output(example.fields[key], (key,))
    yield from _identical(example)


def _input(example: Example, asked: object) -> Iterator[Violation]:
    if not isinstance(asked, dict):
        yield Violation(OUTPUT_TYPE, "The input must be an object.", ("input",))
    elif not isinstance(asked.get("messages"), list):
        yield Violation(OUTPUT_TYPE, 'The input has no list of "messages".', ("input",))
    elif example.prompt and example.prompt[-1].role in {"assistant", *PROMPT_ROLES}:
        last = example.prompt[-1]
        yield Violation(INPUT_LAST, f"The input ends with the {last.role}.", (*last.path, "role"))
    elif not asked["messages"]:
        yield Violation(INPUT_LAST, "The input asks nothing.", ("input", "messages"))


def _output(output: object, at: JsonPath) -> Iterator[Violation]:
    if not isinstance(output, list):
        yield Violation(OUTPUT_TYPE, f'"{at[0]}" must be a list of messages.', at)
        return
    if not output or not any(_says(message) for message in output):
        yield Violation(EMPTY_OUTPUT, f'"{at[0]}" is empty.', at)
    answers = 0
    for index, message in enumerate(output):
        role = _role(message)
        if role not in {"assistant", "tool", "function"} and role in ROLES:
            yield Violation(OUTPUT_ROLE, f"The role is {quote(role)}.", (*at, index, "role"))
        if role == "assistant" and not message.get("tool_calls"):
            answers += 1
            if answers == 2:  # noqa: PLR2004 - the second is one too many
                yield Violation(OUTPUT_COUNT, f'"{at[0]}" has more than one answer.', (*at, index))
    if output and {_role(message) for message in output} <= {"tool", "function"}:
        yield Violation(OUTPUT_ROLE, f'"{at[0]}" has no assistant message.', (*at, 0))


def _role(message: Any) -> object:  # noqa: ANN401 - whatever stands in the data
    return message.get("role") if isinstance(message, dict) else None


def _says(message: Any) -> bool:  # noqa: ANN401 - whatever stands in the data
    if not isinstance(message, dict):
        return True
    content = message.get("content")
    spoken = content.strip() if isinstance(content, str) else content
    return bool(spoken or message.get("tool_calls") or message.get("refusal"))


def _identical(example: Example) -> Iterator[Violation]:
    preferred, other = (example.fields.get(key) for key in OUTPUTS)
    if preferred and _plain(preferred) == _plain(other):
        yield Violation(
            IDENTICAL, "Both outputs are the same.", ("non_preferred_output",), at_key=True
        )


def _plain(output: object) -> str:
    if isinstance(output, list) and all(_only_speaks(one) for one in output):
        return "\n".join(
            " ".join(Message(0, "", one.get("content"), one, ()).text.split()) for one in output
        )
    return json.dumps(output, sort_keys=True)


def _only_speaks(message: Any) -> bool:  # noqa: ANN401 - whatever stands in the data
    return (
        isinstance(message, dict)
        and isinstance(message.get("content"), (str, list))
        and not message.get("tool_calls")
    )


@on_example
def examine_question(example: Example) -> Iterator[Violation]:
    if example.format is not Format.RFT:
        return
    if example.roles_known and example.messages[-1].role != "user":
        last = example.messages[-1]
        text = f"The last message is from the {last.role}."
        yield Violation(REFERENCE_LAST, text, (*last.path, "role"))
