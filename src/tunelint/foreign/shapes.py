"""The shapes that rows have in other formats, and how each becomes a row of a training file.

A converter takes what it uses out of the row; what is left are keys that are dropped.
"""

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tunelint.foreign.conversation import (
    Conversation,
    LeftOutError,
    Row,
    is_extended,
    text_of,
    with_tools,
)

_QUESTIONS = ("instruction", "question", "query", "prompt", "input", "inputs", "user", "human")
_ANSWERS = ("answer", "response", "completion", "output", "targets", "assistant", "bot")
_TALKS = ("conversations", "conversation", "dialogue", "dialog", "turns", "contents")
_SYSTEMS = ("system", "system_prompt", "systeminstruction", "system_instruction")
_BARE, _QUOTED = "[]", '"messages"'  # keys of rows that are lists, or hold a list as text
_LIST = re.compile(r"""\[\s*\{\s*["'](?:role|from|content|value)["']""")
_LONGEST_LIST = 10**5  # characters of messages written as Python
_QWEN_PARTS = ("image", "video")  # with the file's path under the same key
# Ends of prompts and completions in OpenAI's first fine-tuning guide (2021 to 2023).
_PROMPT_END = re.compile(r"(?:\n\n###\n\n| ->|\n\n->\n\n)\Z")
_COMPLETION_END = re.compile(r"(?: END| ###|\n)\Z")


@dataclass(frozen=True, slots=True)
class RowShape:
    """A format by its rows.

    Attributes:
        name: "Alpaca instructions".
        keys: By what it is known.
        matches: Whether a row with keys in lower case is one.
        convert: Makes a training row of it; None where that needs a person.
        remedy: What to do first, or instead.
    """

    name: str
    keys: str
    matches: Callable[[Row], bool]
    convert: Callable[[Row], Row] | None
    remedy: str = ""


def shape_of(value: object) -> RowShape | None:
    """The shape of a row; none when it is unknown, or a training file's own."""
    row = _normalised(value)
    return next((shape for shape in SHAPES if shape.matches(row)), None) if row else None


def common_shape(values: Iterable[object]) -> RowShape | None:
    """The shape that more than half of the rows have."""
    found = Counter(map(shape_of, values))
    shape, count = found.most_common(1)[0] if found else (None, 0)
    return shape if count * 2 > found.total() else None


def converted(value: object) -> tuple[str, Row, set[str]]:
    """The name of a row's shape, the row as a training file wants it, and the keys dropped from it.

    Raises:
        LeftOutError: It cannot be converted.
    """
    shape = shape_of(value)
    if shape is not None:
        if shape.convert is None:
            raise LeftOutError(f"it is of {shape.name}, which only a person can convert")
        left = dict(_normalised(value))
        row = shape.convert(left)
        return shape.name, row, {key for key, one in left.items() if one not in (None, "", [])}
    if not isinstance(value, dict):
        raise LeftOutError("it is no object")
    if not _is_own(value):
        names = ", ".join(map(str, list(value)[:6])) or "none"
        raise LeftOutError(f"no known format has its keys ({names:.80})")
    if isinstance(value.get("messages"), str):
        raise LeftOutError("its messages are a text that is no list of messages")
    return "training rows", value, set()


def _is_own(row: Row) -> bool:
    return "messages" in row or "preferred_output" in row


def _normalised(value: object) -> Row:
    """A row with keys in lower case and lists of messages decoded where they are text."""
    if isinstance(value, list):
        return {_BARE: value} if _is_talk(value) else {}
    if not isinstance(value, dict):
        return {}
    row = {str(key).strip().lower(): one for key, one in value.items()}
    decoded = {key: _decoded(one) if isinstance(one, str) else one for key, one in row.items()}
    quoted = isinstance(row.get("messages"), str) and _is_talk(decoded["messages"])
    return decoded | ({_QUOTED: True} if quoted else {})


def _decoded(text: str) -> object:
    """A list of messages out of a text of JSON, or of Python as pandas writes it."""
    if not _LIST.match(text):
        return text
    for read in (json.loads, ast.literal_eval)[: 1 + (len(text) <= _LONGEST_LIST)]:
        try:
            value = read(text)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
        return value if _is_talk(value) else text
    return text


def _is_talk(value: object) -> bool:
    """Whether a value is a list of messages, whoever calls their parts what."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and ("role" in one or "from" in one) for one in value)
    )


def _first(row: Row, names: Iterable[str]) -> str:
    """The first of the names that the row has, or an empty one."""
    return next((name for name in names if name in row), "")


def _started(row: Row) -> Conversation:
    """A conversation with the row's system message, if it has one."""
    talk = Conversation()
    system = row.pop(_first(row, _SYSTEMS), None)
    parts = system.get("parts") if isinstance(system, dict) else system
    if isinstance(parts, list):
        system = "\n".join(str(one.get("text", "")) for one in parts if isinstance(one, dict))
    if system:
        talk.say("system", system)
    return talk


def _finished(talk: Conversation, row: Row) -> Row:
    if not any(one["role"] == "assistant" for one in talk.messages):
        raise LeftOutError("it has no answer")
    row.update(dict.fromkeys(talk.dropped, True))  # reported as keys that are dropped
    return with_tools({"messages": talk.messages}, row.pop("tools", None))


def _talk(row: Row) -> Row:
    """The row's list of messages, under whatever key."""
    row.pop(_QUOTED, None)
    talk = _started(row)
    talk.extend(row.pop(_first(row, (_BARE, *_TALKS, "messages"))))
    return _finished(talk, row)


def _request(row: Row) -> Row:
    body = dict(row.pop("body", row))
    found = _talk(body)
    if found["messages"][-1]["role"] != "assistant":
        raise LeftOutError("it is a request without its answer")
    return found


def _is_request(row: Row) -> bool:
    body = row.get("body")
    if isinstance(body, dict):
        return "messages" in body
    return "model" in row and _is_talk(row.get("messages"))


def _is_sharegpt(row: Row) -> bool:
    talk = row.get(_first(row, (*_TALKS, "messages")))
    if not isinstance(talk, list) or not _is_talk(talk) or "chosen" in row:
        return False
    return "messages" not in row or "from" in talk[0]


def _is_llama_factory(row: Row) -> bool:
    messages = row.get("messages")
    return _is_talk(messages) and any(map(is_extended, messages or ()))


def _holds_qwen_images(row: Row) -> bool:
    messages = row.get("messages")
    contents = [one.get("content") for one in messages or ()] if _is_talk(messages) else []
    parts = [part for content in contents if isinstance(content, list) for part in content]
    return any(isinstance(part, dict) and part.get("type") in _QWEN_PARTS for part in parts)


def _preference(row: Row) -> Row:
    talk = _started(row)
    chosen, rejected = (_side(row.pop(name)) for name in ("chosen", "rejected"))
    asked = _first(row, (*_TALKS, *_QUESTIONS))
    prompt = _question(row, asked) if asked else _shared(chosen, rejected)
    if chosen[: len(prompt)] == prompt == rejected[: len(prompt)]:
        chosen, rejected = chosen[len(prompt) :], rejected[len(prompt) :]
    if not prompt or not chosen or not rejected:
        raise LeftOutError("the question before the two answers cannot be told")
    talk.extend(prompt)
    asked_of = with_tools({"messages": talk.messages}, row.pop("tools", None))
    return {"input": asked_of, "preferred_output": chosen, "non_preferred_output": rejected}


def _shared(chosen: list[Row], rejected: list[Row]) -> list[Row]:
    """The messages that both sides of a pair start with."""
    pairs = enumerate(zip(chosen, rejected, strict=False))
    return chosen[: next((at for at, (one, other) in pairs if one != other), 0)]


def _side(value: object) -> list[Row]:
    """One side of a pair as messages: a text, a message or a list."""
    talk = Conversation()
    if isinstance(value, dict | list):
        talk.extend([value] if isinstance(value, dict) else value)
    else:
        talk.say("assistant", value)
    return talk.messages


def _question(row: Row, name: str) -> list[Row]:
    """What was asked: messages, or a text with what belongs to it."""
    talk = Conversation()
    value = row.pop(name)
    if isinstance(value, list):
        talk.extend(value)
        return talk.messages
    text = text_of(value, f"the {name}")
    more = row.pop(_first(row, ("input", "context")), None)
    talk.say("user", f"{text}\n\n{more}" if isinstance(more, str) and more.strip() else text)
    return talk.messages


def _is_pair(row: Row) -> bool:
    asked = row.get(_first(row, _QUESTIONS))
    return isinstance(asked, str | list) and bool(_first(row, _ANSWERS)) and not _is_own(row)


def _pair(row: Row) -> Row:
    """One question and its answer, after the exchanges that went before."""
    if row.pop("label", True) in (False, 0, "false", "False"):
        raise LeftOutError("its label says that the answer is a bad one")
    talk = _started(row)
    for exchange in row.pop("history", None) or ():
        if not isinstance(exchange, list) or len(exchange) != len(("user", "assistant")):
            raise LeftOutError("its history is no list of questions and answers")
        talk.say("user", exchange[0])
        talk.say("assistant", exchange[1])
    answered = _first(row, _ANSWERS)
    answer = row.pop(answered)
    talk.messages += _question(row, _first(row, _QUESTIONS))
    if isinstance(answer, list):
        talk.extend(answer)
    else:
        asked = talk.messages[-1]
        text = text_of(answer, f"the {answered}")
        if isinstance(asked.get("content"), str) and _PROMPT_END.search(asked["content"]):
            asked["content"] = _PROMPT_END.sub("", asked["content"])
            text = _COMPLETION_END.sub("", text).strip()
        talk.say("assistant", text)
    return _finished(talk, row)


SHAPES = (
    RowShape(
        "bare lists of messages", "a list with role, content", lambda row: _BARE in row, _talk
    ),
    RowShape("messages written as text", "in quotes", lambda row: _QUOTED in row, _talk),
    RowShape(
        "batch-API requests",
        "body.messages, or messages beside model",
        _is_request,
        _request,
        remedy="Requests have no answers: add those of the batch's output file as last messages.",
    ),
    RowShape(
        "batch-API answers",
        "custom_id, response",
        lambda row: "custom_id" in row and isinstance(row.get("response"), dict),
        None,
        remedy="Put each answer after the messages of the request with its custom_id.",
    ),
    RowShape(
        "Gemini contents",
        "contents with role and parts",
        lambda row: _is_talk(row.get("contents")),
        _talk,
    ),
    RowShape("ShareGPT conversations", "conversations with from and value", _is_sharegpt, _talk),
    RowShape("LLaMA-Factory messages", "content with value", _is_llama_factory, _talk),
    RowShape(
        "Qwen-VL messages",
        "parts of type image or video",
        _holds_qwen_images,
        None,
        remedy='Give each image as {"type": "image_url", "image_url": {"url": …}}, by a public '
        "address or as base64; videos are not supported.",
    ),
    RowShape(
        "messages beside a top-level system",
        "system, messages",
        lambda row: bool(row.get("system")) and _is_talk(row.get("messages")),
        _talk,
    ),
    RowShape(
        "TRL preference pairs",
        "prompt, chosen, rejected",
        lambda row: {"chosen", "rejected"} <= row.keys(),
        _preference,
    ),
    RowShape(
        "Alpaca instructions",
        "instruction, input, output",
        lambda row: _is_pair(row) and "instruction" in row,
        _pair,
    ),
    RowShape(
        "prompt/completion pairs",
        "prompt, completion",
        lambda row: _is_pair(row) and {"prompt", "completion"} <= row.keys(),
        _pair,
    ),
    RowShape("question/answer pairs", "question, answer", _is_pair, _pair),
    RowShape(
        "running text",
        "text",
        lambda row: isinstance(row.get("text"), str) and not _is_own(row),
        None,
        remedy="Write each row as a question and its answer.",
    ),
)
