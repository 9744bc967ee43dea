"""The checks that OpenAI's cookbook describes for chat data, with tiktoken: what we compare with.

Counts of format errors, messages and tokens for each example, and the cost of the epochs.
"""

import json
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from statistics import mean, median
from typing import Any

_ROLES = {"system", "user", "assistant", "function", "tool", "developer"}
_KEYS = {"role", "content", "name", "function_call", "weight", "tool_calls", "tool_call_id"}


def main(path: Path) -> None:
    examples = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    errors: Counter[str] = Counter()
    for example in examples:
        errors.update(_errors(example))
    encoding = import_module("tiktoken").get_encoding("o200k_base")
    lengths, answers = [], []
    for example in examples:
        messages = example["messages"]
        lengths.append(3 + sum(_tokens(encoding, message) for message in messages))
        spoken = [one.get("content") or "" for one in messages if one["role"] == "assistant"]
        answers.append(sum(len(encoding.encode(text, disallowed_special=())) for text in spoken))
    facts = (
        len(examples),
        dict(errors),
        sum(lengths),
        mean(lengths),
        median(lengths),
        max(lengths),
    )
    sys.stdout.write(f"{facts} {mean(answers)} {sum(length > 65_536 for length in lengths)}\n")  # noqa: PLR2004 - the limit


def _errors(example: Any) -> list[str]:  # noqa: ANN401 - JSON
    if not isinstance(example, dict):
        return ["data_type"]
    messages = example.get("messages")
    if not messages:
        return ["missing_messages_list"]
    found = []
    for message in messages:
        if "role" not in message or "content" not in message:
            found.append("message_missing_key")
        if message.keys() - _KEYS:
            found.append("message_unrecognized_key")
        if message.get("role") not in _ROLES:
            found.append("unrecognized_role")
        if not message.get("content") and not message.get("tool_calls"):
            found.append("missing_content")
    if not any(message.get("role") == "assistant" for message in messages):
        found.append("example_missing_assistant_message")
    return found


def _tokens(encoding: Any, message: dict[str, Any]) -> int:  # noqa: ANN401 - of tiktoken
    values = [value for value in message.values() if isinstance(value, str)]
    return 3 + sum(len(encoding.encode(value, disallowed_special=())) for value in values)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
