"""The shapes that rows have in other formats, and how each becomes a row of a training file.

A converter takes what it uses out of the row; what is left are keys that are dropped.
"""

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tunelint.foreign.conversation import Conversation, LeftOutError, Row, text_of, tools_of

_QUESTIONS = ("question", "query", "prompt", "input", "inputs", "user", "human", "instruction")
_ANSWERS = ("answer", "response", "completion", "output", "targets", "assistant", "bot")
_TALKS = ("conversations", "conversation", "dialogue", "dialog", "turns")
_ASSISTANT = ("assistant", "gpt")
_BARE, _QUOTED = "[]", '"messages"'  # keys of rows that are lists, or hold a list as text
_LONGEST_LIST = 10**6  # characters of messages written as text
_MARKS = re.compile(r"\n\n(Human|Assistant):")
# Ends of prompts and completions in OpenAI's first fine-tuning guide (2021 to 2023).
_PROMPT_ENDS = ("\n\n###\n\n", " ->", "\n\n->\n\n")
_COMPLETION_ENDS = (" END", " ###", "\n")


@dataclass(frozen=True, slots=True)
class RowShape:
    """A format by its rows; `keys` says by what it is known, `remedy` what to do first."""

    name: str
    keys: str
    matches: Callable[[Row], bool]
    convert: Callable[[Row], Row]
    remedy: str = ""
    convertible: bool = True


def shape_of(value: object) -> RowShape | None:
    """The shape of a row; none when it is unknown, or a training file's own."""
    row = normalised(value)
    return next((shape for shape in SHAPES if shape.matches(row)), None) if row else None


def common_shape(values: Iterable[object]) -> RowShape | None:
    """The shape that more than half of the rows have."""
    found = [shape_of(value) for value in values]
    if not found:
        return None
    shape, count = Counter(found).most_common(1)[0]
    return shape if count * 2 > len(found) else None


def is_own(value: object) -> bool:
    """Whether a row has the keys of a training file already."""
    return isinstance(value, dict) and ("messages" in value or "preferred_output" in value)


def converted(value: object) -> tuple[str, Row, set[str]]:
    """The name of a row's shape, the row as a training file wants it, and the keys dropped from it.

    Raises:
        LeftOutError: It cannot be converted.
    """
    shape = shape_of(value)
    if shape is not None:
        left = dict(normalised(value))
        row = shape.convert(left)
        return shape.name, row, {key for key, one in left.items() if one not in (None, "", [])}
    if not isinstance(value, dict):
        raise LeftOutError("it is no object")
    if not is_own(value):
        names = ", ".join(map(str, list(value)[:6])) or "none"
        raise LeftOutError(f"no known format has its keys ({names:.80})")
    if isinstance(value.get("messages"), str):
        raise LeftOutError("its messages are a text that is no list of messages")
    return "training rows", value, set()


def normalised(value: object) -> Row:
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
    if not text.startswith("[") or len(text) > _LONGEST_LIST:
        return text
    for read in (json.loads, ast.literal_eval):
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


def _take(row: Row, names: Iterable[str]) -> object:
    """The value of the first of the names that the row has, taken out of it."""
    return next((row.pop(name) for name in names if name in row), None)


def _first(row: Row, names: Iterable[str]) -> str | None:
    return next((name for name in names if name in row), None)


def _started(row: Row) -> Conversation:
    """A conversation with the row's system message, if it has one."""
    talk = Conversation()
    system = _take(row, ("system", "system_prompt"))
    if isinstance(system, list):
        system = "\n".join(str(one.get("text", "")) for one in system if isinstance(one, dict))
    if system:
        talk.say("system", system)
    return talk


def _finished(talk: Conversation, row: Row) -> Row:
    """The conversation as a row, with the row's tools."""
    if not any(one["role"] == "assistant" for one in talk.messages):
        raise LeftOutError("it has no answer")
    tools = row.pop("tools", None)
    return {"messages": talk.messages} | ({"tools": tools_of(tools)} if tools else {})


def _is_request(row: Row) -> bool:
    body = row.get("body")
    return (isinstance(body, dict) and "messages" in body) or (
        "messages" in row and "model" in row and _is_talk(row["messages"])
    )


def _request(row: Row) -> Row:
    body = dict(row.pop("body")) if "body" in row else row
    talk = Conversation()
    talk.extend(body.pop("messages"))
    if talk.messages[-1]["role"] != "assistant":
        raise LeftOutError("it is a request without its answer")
    return _finished(talk, body)


def _is_sharegpt(row: Row) -> bool:
    talk = row.get(_first(row, _TALKS) or "messages")
    if not isinstance(talk, list) or not _is_talk(talk) or "chosen" in row:
        return False
    return "messages" not in row or "from" in talk[0]


def _sharegpt(row: Row) -> Row:
    talk = _started(row)
    talk.extend(_take(row, (*_TALKS, "messages")))
    return _finished(talk, row)


def _is_bare(row: Row) -> bool:
    return _BARE in row


def _bare(row: Row) -> Row:
    talk = Conversation()
    talk.extend(row.pop(_BARE))
    return _finished(talk, row)


def _is_quoted(row: Row) -> bool:
    return _QUOTED in row


def _quoted(row: Row) -> Row:
    del row[_QUOTED]
    talk = _started(row)
    talk.extend(row.pop("messages"))
    return _finished(talk, row)


def _is_llama_factory(row: Row) -> bool:
    messages = row.get("messages")
    if not isinstance(messages, list) or not _is_talk(messages):
        return False
    return any(
        "loss_weight" in one or any("value" in part for part in _parts(one)) for one in messages
    )


def _parts(message: Row) -> list[Row]:
    content = message.get("content")
    return [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []


def _llama_factory(row: Row) -> Row:
    talk = _started(row)
    for message in row.pop("messages"):
        role = message.get("role")
        if role in _ASSISTANT:
            talk.messages.append({"role": "assistant"})
        for part in _parts(message) or [{"type": "text", "value": message.get("content")}]:
            _llama_part(talk, role, part, row)
        if role in _ASSISTANT:
            _weigh(talk.messages, message.get("loss_weight"))
    return _finished(talk, row)


def _llama_part(talk: Conversation, role: object, part: Row, row: Row) -> None:
    kind, value = part.get("type"), part.get("value")
    if kind == "reasoning":
        row["reasoning"] = True  # dropped, and reported as such: no field of the format holds it
    elif kind == "tool_call":
        talk.call(value)
    elif kind != "text":
        raise LeftOutError(f"a part of type {kind!r:.40} has no counterpart")
    elif role in _ASSISTANT:
        before = talk.messages[-1].get("content")
        text = text_of(value, "an answer")
        talk.messages[-1]["content"] = f"{before}\n{text}" if before else text
    else:
        talk.say(role, value)


def _weigh(messages: list[Row], weight: object) -> None:
    if len(messages[-1]) == 1:
        raise LeftOutError("an answer is empty")
    if weight == 0:
        messages[-1]["weight"] = 0
    elif weight not in (None, 1):
        raise LeftOutError("an answer has a weight other than 0 and 1")


def _has_system(row: Row) -> bool:
    return bool(row.get("system")) and _is_talk(row.get("messages"))


def _with_system(row: Row) -> Row:
    talk = _started(row)
    talk.extend(row.pop("messages"))
    return _finished(talk, row)


def _is_preference(row: Row) -> bool:
    return "chosen" in row and "rejected" in row


def _preference(row: Row) -> Row:
    talk = _started(row)
    chosen, rejected = (_answers(row.pop(name)) for name in ("chosen", "rejected"))
    asked = _first(row, (*_TALKS, *_QUESTIONS))
    if asked is None:
        start = next(
            (
                at
                for at, (one, other) in enumerate(zip(chosen, rejected, strict=False))
                if one != other
            ),
            0,
        )
        prompt, chosen, rejected = chosen[:start], chosen[start:], rejected[start:]
    else:
        prompt = _question(row, asked)
        if chosen[: len(prompt)] == prompt == rejected[: len(prompt)]:
            chosen, rejected = chosen[len(prompt) :], rejected[len(prompt) :]
    if not prompt or not chosen or not rejected:
        raise LeftOutError("the question before the two answers cannot be told")
    talk.extend(prompt)
    tools = row.pop("tools", None)
    asked_of = {"messages": talk.messages} | ({"tools": tools_of(tools)} if tools else {})
    return {"input": asked_of, "preferred_output": chosen, "non_preferred_output": rejected}


def _answers(value: object) -> list[Row]:
    """One side of a pair as messages: a text, a message, a list, or a marked transcript."""
    talk = Conversation()
    if isinstance(value, str) and value.startswith("\n\nHuman:"):
        pieces = _MARKS.split(value)[1:]
        for name, text in zip(pieces[::2], pieces[1::2], strict=True):
            talk.say(name, text.strip())
    elif isinstance(value, dict | list):
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
    more = _take(row, ("input", "context")) if name != "input" else None
    if isinstance(more, str) and more.strip():
        text = f"{text}\n\n{more}"
    talk.say("user", text)
    return talk.messages


def _is_alpaca(row: Row) -> bool:
    return "instruction" in row and bool(_first(row, ("output", "response")))


def _is_completion(row: Row) -> bool:
    return "prompt" in row and "completion" in row


def _is_pair(row: Row) -> bool:
    asked = row.get(_first(row, _QUESTIONS) or "")
    return isinstance(asked, str | list) and bool(_first(row, _ANSWERS)) and not is_own(row)


def _pair(row: Row) -> Row:
    """One question and its answer, after the exchanges that went before."""
    if "label" in row and row["label"] in (False, 0, "false", "False"):
        raise LeftOutError("its label says that the answer is a bad one")
    row.pop("label", None)
    talk = _started(row)
    _tell_history(talk, row.pop("history", None))
    asked = "instruction" if "instruction" in row else _first(row, _QUESTIONS) or ""
    answered = _first(row, _ANSWERS) or ""
    question, answer = _question(row, asked), row.pop(answered)
    talk.messages += question
    if isinstance(answer, list):
        talk.extend(answer)
    else:
        talk.say("assistant", text_of(answer, f"the {answered}"))
    _strip_ends(talk.messages)
    return _finished(talk, row)


def _tell_history(talk: Conversation, history: object) -> None:
    for exchange in history if isinstance(history, list) else []:
        if not isinstance(exchange, list) or len(exchange) != len(("user", "assistant")):
            raise LeftOutError("its history is no list of questions and answers")
        talk.say("user", exchange[0])
        talk.say("assistant", exchange[1])


def _strip_ends(messages: list[Row]) -> None:
    """Take off the marks that the completion models needed at both ends."""
    asked, answered = messages[-2:]
    question, text = asked.get("content"), answered.get("content")
    if not isinstance(question, str) or not isinstance(text, str):
        return
    end = next((end for end in _PROMPT_ENDS if question.endswith(end)), None)
    if end is None:
        return
    asked["content"] = question.removesuffix(end)
    for mark in _COMPLETION_ENDS:
        text = text.removesuffix(mark)
    answered["content"] = text.strip()


def _is_text(row: Row) -> bool:
    return isinstance(row.get("text"), str) and "messages" not in row


def _text(_: Row) -> Row:
    raise LeftOutError("it is running text, in which no question and answer can be told apart")


SHAPES = (
    RowShape("bare lists of messages", "a list with role and content", _is_bare, _bare),
    RowShape("messages written as text", "messages in quotes", _is_quoted, _quoted),
    RowShape(
        "batch-API requests",
        "body.messages, or messages beside model",
        _is_request,
        _request,
        remedy="Requests have no answers: add those of the batch's output file as last messages.",
    ),
    RowShape(
        "ShareGPT conversations", "conversations with from and value", _is_sharegpt, _sharegpt
    ),
    RowShape("LLaMA-Factory messages", "content with value", _is_llama_factory, _llama_factory),
    RowShape("messages beside a top-level system", "system, messages", _has_system, _with_system),
    RowShape("TRL preference pairs", "prompt, chosen, rejected", _is_preference, _preference),
    RowShape("Alpaca instructions", "instruction, input, output", _is_alpaca, _pair),
    RowShape("prompt/completion pairs", "prompt, completion", _is_completion, _pair),
    RowShape("question/answer pairs", "question, answer", _is_pair, _pair),
    RowShape(
        "running text",
        "text",
        _is_text,
        _text,
        remedy="Write each row as a question and its answer.",
        convertible=False,
    ),
)
