"""Markup and fences that went wrong: 1320 to 1399."""

import json
import re
from collections.abc import Iterator

import re2

from tunelint.escaping import quote
from tunelint.example import Example
from tunelint.rule import Match, Violation, on_example, on_text, rule
from tunelint.text import Text, is_in_code, open_fence, prose

CODE_FENCE = rule("""W1321 open-code-fence
    A Markdown code fence in an answer is never closed.
    Everything after it is shown as code; the answer was probably cut.
    Fix: Close the fence.
    Bad: Así:\\n```python\\nprint(1)""")
UNBROKEN = rule("""W1328 unbroken-run
    A very long run of letters and digits without a space.
    It is usually a pasted file or key; it costs many tokens and teaches nothing.
    Fix: Delete the run.
    Bad: 9,000 characters of base64 in a question""")

_SPOKEN = ("system", "developer", "user", "assistant")
_ABOUT_MARKUP = re.compile(
    r"(?i)html|xml|\bcss\b|\bweb\b|etiqueta|\btags?\b|markup|javascript|react|\bvue\b|ssml|svg|jsx|php"
)
_ABOUT_ESCAPES = re.compile(
    r"(?i)\\\\|escap|newline|regex|python|\bjava|c\+\+|c#|string|\bcode\b|código|script|json|sql|csv"
    r"|bash|shell|latex|path|windows|unicode"
)
_UNBROKEN_LENGTH = 600  # characters; the longest words and addresses are shorter
_UNBROKEN = re2.compile(f"[A-Za-z0-9+/=_-]{{{_UNBROKEN_LENGTH}}}[A-Za-z0-9+/=_-]*")


@on_example
def open_fences(example: Example) -> Iterator[Violation]:
    for message in example.messages:
        if message.role == "assistant" and (fence := open_fence(message.text)):
            text = f"A fence of {quote(fence)} is never closed."
            yield Violation(CODE_FENCE, text, (*message.path, "content"))


@on_text(
    "W1322 double-escape",
    r"[a-záéíóú.,:;!?]\\n(?:\\n|[A-ZÁÉÍÓÚÑ¿¡*•-])|\\n\\n|\\r\\n|\\u00[0-9a-f]{2}|https?:\\/\\/",
    roles=_SPOKEN,
)
def double_escape(text: Text, found: Match) -> str | None:
    r"""A literal \n, \u00e1 or \/ in a text.

    The text was escaped twice; the model learns to write backslashes.
    Fix: Unescape the text once.
    Bad: Dos d\\u00edas.\\n\\n¿Te va bien?
    """
    if text.text.lstrip()[:1] in "{[" or is_in_code(text.text, found.start()):
        return None
    if _ABOUT_ESCAPES.search(_others(text)) or _ABOUT_ESCAPES.search(text.text):
        return None
    return f"A literal escape in {quote(found[0])}."


@on_text(
    "W1324 html (opt-in)",
    r"&(?:nbsp|amp|quot|apos|lt|gt|[aeiouAEIOUnN](?:acute|grave|circ|tilde|uml)|#\d+);",
    r"</(?:p|div|span|strong|b|i|em|u|ul|ol|li|a|font|h[1-6]|table|tr|td|th|center|body|html)>",
    r"<br ?/?>|<p>|<(?:p|div|span|font|a|img) [a-z-]+=[^>\n]*>",
    roles=("assistant",),
)
def html(text: Text, found: Match) -> str | None:
    """HTML tags or entities in the prose of an answer.

    They came along from a page; the model learns to write them.
    Fix: Write plain text or Markdown.
    Bad: Tarda dos d&iacute;as.<br>¿Te va bien?
    """
    if is_in_code(text.text, found.start()) or _is_in_table(text.text, found.start()):
        return None
    if _ABOUT_MARKUP.search(_others(text)):
        return None
    return f"HTML in the text: {quote(found[0])}."


def _is_in_table(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line.lstrip().startswith("|")


@on_text(
    "E1327 special-token",
    r"<\|(?:im_start|im_end|endoftext|endofprompt|eot_id|start_header_id|end_header_id)\|>",
    r"<\|(?:begin_of_text|end_of_text|system|user|assistant|end|fim_prefix|fim_suffix)\|>",
    r"<\x{ff5c}[^\x{ff5c}\n]+\x{ff5c}>|\[/INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</s>\s*<s>|<s>\s*\[INST",
)
def special_token(text: Text, found: Match) -> str | None:
    """A control token of a chat template stands in the text.

    The text was exported with its template; such tokens end turns or fake them.
    Fix: Delete the token.
    Bad: Dos días.<|im_end|>
    """
    if re.search(r"(?i)token|template|plantilla", _others(text)):
        return None
    return f"A token of a chat template: {quote(found[0])}."


@on_text(
    "I1326 empty-link", r"\[[^\[\]\n]+\]\(\s*(?:#|url|link|enlace|about:blank|https?://)?\s*\)"
)
def empty_link(text: Text, found: Match) -> str | None:
    """A Markdown link leads nowhere.

    The address was lost.
    Fix: Write the address, or plain text.
    Bad: Mira [las tarifas]().
    """
    before = text.text[max(0, found.start() - 1) : found.start()]
    if before == "!" or is_in_code(text.text, found.start()):
        return None
    return f"A link without an address: {quote(found[0])}."


@on_example
def unbroken(example: Example) -> Iterator[Violation]:
    for message in example.messages:
        if len(message.text) > _UNBROKEN_LENGTH and (found := _UNBROKEN.search(message.text)):
            text = f"{len(found[0]):,} characters without a space: {quote(found[0])}."
            yield Violation(UNBROKEN, text, (*message.path, "content"), offset=found.start())


@on_text("W1325 broken-json-answer", r"\A\s*\{\s*[\"'}]", r"\A\s*```json\s", roles=("assistant",))
def broken_json(text: Text, _: Match) -> str | None:
    r"""An answer that is meant to be JSON cannot be parsed.

    The model learns to write JSON that nothing can read.
    Fix: Mend the JSON.
    Bad: {\"dias\": 2,}
    """
    body = text.text.strip().removeprefix("```json").removesuffix("```").strip()
    if text.is_rejected or not body.endswith("}"):
        return None
    try:
        json.loads(body)
    except (ValueError, RecursionError) as error:
        return f"The answer is no JSON: {str(error)[:80]}."
    return None


def _others(text: Text) -> str:
    """What the model is given: instructions, questions and tools' results."""
    messages = text.example.messages
    return "\n".join(prose(one.text) for one in messages if one.role != "assistant")
