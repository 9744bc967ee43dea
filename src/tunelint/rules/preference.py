"""Pairs of answers (DPO) and questions with references (reinforcement): 1100 to 1299.

Source: the guides for direct preference optimization and for reinforcement fine-tuning of Azure
OpenAI (learn.microsoft.com, 2026-10).
"""

from collections.abc import Iterator
from typing import Any

from tunelint.escaping import quote
from tunelint.example import (
    CHAT_KEYS,
    OUTPUT_KEYS,
    PAIR_KEYS,
    PROMPT_ROLES,
    ROLES,
    Example,
    Format,
    JsonPath,
    format_of,
    text_of,
)
from tunelint.rule import Violation, on_example, rule

EMPTY_OUTPUT = rule("""E1102 empty-output
    One of the two answers is empty.
    There is nothing to compare.
    Fix: Write the answer, or delete the pair.
    Bad: "non_preferred_output": []""")
IDENTICAL = rule("""E1103 identical-outputs
    The preferred and the other answer are the same.
    There is no preference to learn.
    Fix: Write two answers of which one is better.
    Bad: 'No sé.' as the one and as the other""")
INPUT_LAST = rule("""E1104 input-last
    The input of a pair does not end with a question.
    The two outputs are the answers; the input ends with the question, or a tool's result.
    Fix: End the input with the user's message; an answer belongs in the outputs.
    Bad: an assistant message at the end of the input""")
MISSING = rule("""E1105 missing-output
    A pair lacks its input or one of its outputs.
    All three are required.
    Fix: Add what is missing.
    Bad: a row with "input" and "preferred_output" only""")
OUTPUT_COUNT = rule("""E1106 output-count
    An output has more than one answer.
    Each output is one answer, after the tool calls that it may need.
    Fix: Keep one answer in each output.
    Bad: two assistant messages in "preferred_output\"""")
OUTPUT_ROLE = rule("""E1107 output-role
    A message of an output is not from the assistant or a tool.
    Outputs are answers.
    Fix: Give the answer the role assistant.
    Bad: "preferred_output": [{"role": "user", "content": "Sí."}]""")
OUTPUT_TYPE = rule("""E1108 output-type
    The input or an output has a wrong type.
    The input is an object with "messages"; the outputs are lists of messages.
    Fix: Write [{"role": "assistant", "content": "…"}].
    Bad: "preferred_output": "Sí.\"""")
MIXED = rule("""E1109 mixed-formats
    A line of another format than the rest of the file.
    A job takes one format; Azure refuses the file.
    Fix: Move the line to a file of its own format.
    Bad: a line with messages in a file of pairs""")
REFERENCE_LAST = rule("""E1201 question-not-last
    An example for reinforcement does not end with a user message.
    The model writes the answer itself; a grader judges it by the other fields.
    Fix: Delete the answer, and give the grader its reference in a field of its own.
    Bad: an assistant message at the end, and a field "reference" beside the messages""")
REFERENCE_MISSING = rule("""E1202 reference-missing
    An example for reinforcement has nothing beside its messages, or only what is empty.
    The grader compares the answer with a field that this example does not have.
    Fix: Add the field that the grader reads.
    Bad: a question without the field "reference" that the others have""")


@on_example
def examine_pair(example: Example) -> Iterator[Violation]:
    """What a pair needs beside well-formed messages."""
    if example.format is not Format.DPO or not example.fields:
        return
    if format_of(example.value) not in (Format.DPO, None):
        yield Violation(MIXED, "A conversation in a file of pairs.", ("messages",), at_key=True)
    for key in PAIR_KEYS:
        if key not in example.fields:
            yield Violation(MISSING, f"The key {quote(key)} is missing.", ())
    if "input" in example.fields:
        yield from _input(example)
    for key in OUTPUT_KEYS:
        if key in example.fields:
            yield from _output(example.fields[key], (key,))
    preferred, other = (_plain(example.fields.get(key)) for key in OUTPUT_KEYS)
    if preferred and preferred == other:
        yield Violation(IDENTICAL, "Both outputs are the same.", OUTPUT_KEYS[1:], at_key=True)


def _input(example: Example) -> Iterator[Violation]:
    asked = example.fields["input"]
    if not isinstance(asked, dict):
        yield Violation(OUTPUT_TYPE, "The input must be an object.", ("input",))
    elif not isinstance(asked.get("messages"), list):
        yield Violation(OUTPUT_TYPE, 'The input has no list of "messages".', ("input",))
    elif not asked["messages"]:
        yield Violation(INPUT_LAST, "The input asks nothing.", ("input", "messages"))
    elif example.prompt and example.prompt[-1].role in {"assistant", *PROMPT_ROLES}:
        last = example.prompt[-1]
        yield Violation(INPUT_LAST, f"The input ends with the {last.role}.", (*last.path, "role"))


def _output(output: object, at: JsonPath) -> Iterator[Violation]:
    if not isinstance(output, list):
        yield Violation(OUTPUT_TYPE, f'"{at[0]}" must be a list of messages.', at)
        return
    if not any(_says(message) for message in output):
        yield Violation(EMPTY_OUTPUT, f'"{at[0]}" is empty.', at)
    roles = [one.get("role") if isinstance(one, dict) else None for one in output]
    for index, role in enumerate(roles):
        if role in ROLES and role not in {"assistant", "tool", "function"}:
            yield Violation(OUTPUT_ROLE, f"The role is {quote(role)}.", (*at, index, "role"))
    if output and set(map(str, roles)) <= {"tool", "function"}:
        yield Violation(OUTPUT_ROLE, f'"{at[0]}" has no assistant message.', (*at, 0))
    answers = [
        index
        for index, role in enumerate(roles)
        if role == "assistant" and not output[index].get("tool_calls")
    ]
    if answers[1:]:
        yield Violation(OUTPUT_COUNT, f'"{at[0]}" has more than one answer.', (*at, answers[1]))


def _says(message: Any) -> bool:  # noqa: ANN401 - whatever stands in the data
    if not isinstance(message, dict):
        return True
    content = message.get("content")
    spoken = content.strip() if isinstance(content, str) else content
    return bool(spoken or message.get("tool_calls") or message.get("refusal"))


def _plain(output: object) -> object:
    """An output in which spaces do not count, nor in how many parts a text is."""
    if not isinstance(output, list):
        return output
    return [
        one | {"content": text_of(one.get("content")).split()} if _is_text(one) else one
        for one in output
    ]


def _is_text(message: Any) -> bool:  # noqa: ANN401 - whatever stands in the data
    content = message.get("content") if isinstance(message, dict) else None
    parts = content if isinstance(content, list) else []
    only_text = all(isinstance(part, dict) and part.get("type") == "text" for part in parts)
    return isinstance(content, str | list) and only_text


@on_example
def examine_question(example: Example) -> Iterator[Violation]:
    """What a question for a grader needs."""
    if example.format is not Format.RFT:
        return
    if example.roles_known and example.messages[-1].role != "user":
        last = example.messages[-1]
        text = f"The last message is from the {last.role}."
        yield Violation(REFERENCE_LAST, text, (*last.path, "role"))
    own = example.fields.keys() - set(CHAT_KEYS)
    if all(example.fields[key] in (None, "", [], {}) for key in own):
        text = "There is nothing beside the messages for a grader to read."
        yield Violation(REFERENCE_MISSING, text, ())
