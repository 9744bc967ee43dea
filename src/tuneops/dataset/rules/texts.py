"""The texts of an example, with what a rule has to know of where they stand."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from travel_checks import lazyre as re
from tuneops.dataset.examples import PROMPT_ROLES, Example, Format, Message
from tuneops.dataset.findings import Fault, JsonPath, Rule

_ACCENTS = re.compile("[\u0300-\u036f]")
_GAPS = re.compile(r"[\W_]+")
_INLINE_CODE = re.compile(r"`[^`\n]{1,300}`")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)[^\s)>\]]{1,2000}")
_FENCED = re.compile(r"\s*```(json|JSON)?[ \t]*\n(.*)```\s*", re.DOTALL)
_MATHS = re.compile(r"\$\$[^$]{1,2000}\$\$|\$[^$\n]{1,300}\$|\\\([^)]{1,300}\\\)")


INFORMED = "informed assistant"  # the kind of answers in an example with a tool's result


@dataclass(frozen=True)
class Text:
    """`role` is that of the message, or "call" for arguments and "extra" for other strings.

    ``of`` gives the text's example, which few rules have to see; `informed` says whether a tool's
    result is in it.
    """

    of: Callable[[], Example]
    role: str
    path: JsonPath
    text: str
    rejected: bool = False
    informed: bool = False

    @cached_property
    def example(self) -> Example:
        return self.of()

    @cached_property
    def prose(self) -> str:
        """The text without code, formulas and addresses."""
        return prose(self.text)

    @property
    def kind(self) -> str:
        """What detectors choose by: the role, prompts alike and informed answers apart."""
        if self.role in PROMPT_ROLES:
            return PROMPT_ROLES[0]
        return INFORMED if self.role == "assistant" and self.informed else self.role

    @property
    def is_answer(self) -> bool:
        return self.role == "assistant" and not self.rejected

    def fault(self, rule: Rule, message: str, hint: str = "") -> Fault:
        return Fault(rule, message, self.path, hint)


def texts_of(example: Example) -> Iterator[Text]:
    for message in example.messages:
        yield from _of_message(example, message)
    if example.format is Format.DPO:
        for message in example.rejected:
            yield from _of_message(example, message, rejected=True)
    elif example.format is Format.RFT:
        for key, value in example.fields.items():
            if key not in {"messages", "tools"}:
                yield from _strings(example, (key,), value)


def normalise(text: str) -> str:
    """Text without case, accents and punctuation; as it is, if nothing else would be left."""
    folded = text.casefold()
    if not folded.isascii():
        folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", folded))
        if not folded.isascii():
            folded = "".join(c for c in folded if not unicodedata.combining(c))
    return _GAPS.sub(" ", folded).strip() or text


def prose(text: str) -> str:
    if "```" in text or "~~~" in text:
        text = "\n".join(line for line, inside in code_lines(text) if not inside)
    if "`" in text:
        text = _INLINE_CODE.sub(" ", text)
    if "$" in text or "\\(" in text:
        text = _MATHS.sub(" ", text)
    return _ADDRESS.sub(" ", text) if "://" in text or "www." in text else text


def code_lines(text: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is a fence or fenced; an open fence runs to the end."""
    fence = ""
    for line in text.split("\n"):
        mark = fence_mark(line)
        if not fence:
            fence = mark
            yield line, bool(mark)
        else:
            yield line, True
            if closes(line, fence):
                fence = ""


def fenced(text: str) -> tuple[str, bool] | None:
    """What a text holds that is one fenced block, and whether it is called JSON."""
    found = _FENCED.fullmatch(text)
    return (found[2], bool(found[1])) if found else None


def fence_mark(line: str) -> str:
    """The marks that open a fenced block here, if any do."""
    bare = line.strip().removeprefix("> ")
    for character in "`~":
        marks = len(bare) - len(bare.lstrip(character))
        if marks >= 3 and character not in bare[marks:]:  # noqa: PLR2004 - CommonMark
            return character * marks
    return ""


def closes(line: str, fence: str) -> bool:
    return line.rstrip().endswith(fence)


def instructions(example: Example) -> str:
    """What the system messages say."""
    return "\n".join(one.text for one in example.messages if one.role in PROMPT_ROLES)


def said_by_others(example: Example) -> str:
    """All that the model is given: instructions, questions and tools' answers."""
    return "\n".join(one.text for one in example.messages if one.role != "assistant")


def asked_before(example: Example, answer: Message) -> Message | None:
    """The user's message that an answer follows."""
    before = [one for one in example.messages if _earlier(one, answer) and one.role == "user"]
    return before[-1] if before else None


def _earlier(one: Message, other: Message) -> bool:
    return (one.at[0] == "input" and other.at[0] != "input") or (
        one.at[:-1] == other.at[:-1] and one.index < other.index
    )


def _of_message(example: Example, message: Message, *, rejected: bool = False) -> Iterator[Text]:
    content, at = message.content, (*message.at, "content")
    text_of = partial(Text, lambda: example, rejected=rejected, informed=example.informed)
    if isinstance(content, str):
        yield text_of(message.role, at, content)
    elif isinstance(content, list):
        for index, part in enumerate(content):
            text = part.get("text") if isinstance(part, dict) else None
            if isinstance(text, str):
                yield text_of(message.role, (*at, index, "text"), text)
    for index, call in enumerate(message.calls):
        function = call.get("function")
        arguments = function.get("arguments") if isinstance(function, dict) else None
        if isinstance(arguments, str):
            path = (*message.at, "tool_calls", index, "function", "arguments")
            yield text_of("call", path, arguments)


def _strings(example: Example, path: JsonPath, value: Any) -> Iterator[Text]:  # noqa: ANN401 - JSON
    waiting = [(path, value)]
    while waiting:
        at, one = waiting.pop()
        if isinstance(one, str):
            yield Text(lambda: example, "extra", at, one)
        elif isinstance(one, dict):
            waiting += [((*at, key), item) for key, item in one.items()]
        elif isinstance(one, list):
            waiting += [((*at, index), item) for index, item in enumerate(one)]
