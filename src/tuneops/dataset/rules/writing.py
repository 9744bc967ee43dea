"""How a text is written down: 1320 to 1349."""
# ruff: noqa: E501, RUF001 - word lists are read across, in letters as they are written; counts of words say what they are

import json
from collections.abc import Iterator
from functools import partial

import numpy as np

from travel_checks import lazyre as re
from tuneops.dataset.findings import Fault, quote, rule
from tuneops.dataset.rules.pages import answering
from tuneops.dataset.rules.patterns import detector, text_at
from tuneops.dataset.rules.texts import Text, closes, fence_mark, fenced, said_by_others

_GOOD = '{"messages": [{"role": "user", "content": "¿Cuánto tarda?"}, {"role": "assistant", "content": "Dos días. ¿Te va bien?"}]}'

_bad = partial(answering, _GOOD)

CODE_FENCE = rule(
    "W1321",
    "open-code-fence",
    what="A code fence is opened and never closed.",
    why="What follows is shown as code; the model learns to leave fences open.",
    bad=_bad("Así:\\n```python\\nprint(1)\\n¿Te va bien?"),
    good=_bad("Así:\\n```python\\nprint(1)\\n```\\n¿Te va bien?"),
    fix="Close the fence.",
)
DOUBLE_ESCAPE = rule(
    "W1322",
    "double-escape",
    what="An escape such as \\n stands in the text as two characters.",
    why="The text was escaped twice, and the model learns to write backslashes.",
    bad=_bad("Dos días.\\\\n\\\\n¿Te va bien?"),
    good=_GOOD,
    fix="Decode once more, or export with one call of json.dumps.",
)
EDGE_SPACE = rule(
    "I1323",
    "edge-whitespace",
    what="A message starts or ends with white space.",
    why="The model learns to write it, and it costs tokens.",
    bad=_bad("  Dos días. ¿Te va bien?\\n\\n"),
    good=_GOOD,
    fix="Strip it.",
)
HTML = rule(
    "W1324",
    "html",
    what="HTML entities or tags outside of code.",
    why="They came along from a web page; the model learns to write them.",
    bad=_bad("Dos d&iacute;as.&nbsp;¿Te va bien?"),
    good=_GOOD,
    fix="Decode entities and turn tags into Markdown or plain text.",
)
JSON_BROKEN = rule(
    "W1325",
    "broken-json-answer",
    what="An answer that is meant to be JSON cannot be parsed.",
    why="The model learns to write JSON that nothing can read.",
    bad=_bad("{'dias': 2,}"),
    good=_bad('{\\"dias\\": 2}'),
    fix="Mend the JSON.",
)
LINK = rule(
    "I1326",
    "empty-link",
    what="A Markdown link leads nowhere.",
    why="The address was lost.",
    bad=_bad("Mira [las tarifas](). ¿Te va bien?"),
    good=_bad("Mira [las tarifas](https://example.com/tarifas). ¿Te va bien?"),
    fix="Write the address, or plain text.",
)
SPECIAL_TOKEN = rule(
    "E1327",
    "special-token",
    what="A mark of a chat template stands in the text.",
    why="The text was exported with its template; such marks end turns or fake them.",
    bad=_bad("Dos días.<|im_end|>"),
    good=_GOOD,
    fix="Delete the mark.",
)
UNBROKEN = rule(
    "W1328",
    "unbroken-run",
    what="A very long run of characters without a space.",
    why="It is usually a pasted file or key; it costs many tokens and teaches nothing.",
    bad="9,000 characters of base64 in a question",
    good=_GOOD,
    fix="Delete the run.",
)

_FENCE = 3  # characters
_RUN = 600  # characters; the longest words and addresses are shorter
_DATA_RUN = 5_000  # JSON and code on one line may be longer
_NO_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]"
)
_ABOUT_HTML = re.compile(
    r"(?i)html|xml|\bcss\b|\bweb\b|etiqueta|\btags?\b|markup|javascript|react|vue|plantilla|template|ssml|correo electr|newsletter|\bdom\b|entidad|entit|escap|scrap|rss|svg|jsx|php|telegram|wordpress"
)
_ENTITY = re.compile(
    r"&(?:nbsp|amp|quot|apos|lt|gt|[aeiouAEIOUnNcC](?:acute|grave|circ|tilde|uml|cedil)|iexcl|iquest"
    r"|euro|pound|copy|reg|deg|ordm|ordf|laquo|raquo|[lr][sd]quo|[nm]dash|hellip|middot|bull|szlig|#\d{2,6}|#x[0-9a-fA-F]{2,5});"
)
_TAG = re.compile(
    r"</(?:p|div|span|strong|b|i|em|u|ul|ol|li|a|font|h[1-6]|table|tr|td|th|center|body|html|section|article)>"
    r"|<br ?/?>|<(?:div|span|ul|ol|li|table|tr|td|strong|em|h[1-6])>|<(?:p|div|span|font|a|img)(?: [a-z-]{1,20}=[^>\n]{0,300})>|<p>"
)
_ESCAPED = re.compile(
    r"[^\s\\\"'`(\[{]\\[rn](?:\\[rn]|[A-ZÁÉÍÓÚÑ¿¡\-*•#\d]|$)|\\n\\n|\\u00[0-9a-fA-F]{2}|\w\\t\w|[.:,;!?]\\t\S|[.:!?]\\n|\\r\\n|https?:\\/\\/|[^\W\d_]\\x[c-fC-F][0-9a-fA-F][^\W\d_]"
    r"|(?:^|[\s(¿¡])\\\"[^\"\\\n]{1,200}\\\""
)
_ABOUT_ESCAPES = re.compile(
    r"(?i)\\\\|escap|newline|salto de l[ií]nea|regex|regular expression|expresi[oó]n regular|python|java\b|javascript|typescript|c\+\+|c#|printf|string|cadena|c[oó]digo|\bcode\b|script|json|sql|\bcsv\b|bash|shell|latex|ruta|path|windows|unicode|split|parse"
)
_SPECIAL = re.compile(
    r"<\|[a-zA-Z_][a-zA-Z0-9_ ]{1,40}\|>|<｜[^｜\n]{1,40}｜>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|</s>\s*(?:$|<s>|\[INST)|<s>\s*\[INST"
    r"|<(?:bos|eos|pad|unk)>|\[(?:BOS|EOS|PAD|CLS|SEP)\]|<extra_id_\d+>|<unused\d+>|\[/?SYS\]|^\s*<think>|</think>|^#{2,3} (?:Instruction|Response|Input):\s*$",
    re.MULTILINE,
)
_EMPTY_LINK = re.compile(
    r"(?<!!)\[[^\]\n]{1,200}\]\(\s*(?i:#|url|link|enlace|about:blank|to-?do|tbd|xxx|javascript:(?:void\(0\))?;?|https?://)?\s*\)"
)
_ABOUT_TOKENS = re.compile(r"(?i)\bBERT\b|tokeni[sz]|special token")
_JSON_START = re.compile(r"\s*(?:\{\s*[\"'“}\n]|\{\s*\w+\s*:|\[\s*(?:[{\"\[]|-?\d[\d.]*\s*,))")
_FENCES = re.compile("```|~~~")
_BLOCKS = tuple(  # in joined texts; those that match to their end are closed
    re.compile(
        rb"%b(?:[^%b\n]*\n(?:[^%b\x1e]*\n)?%b[ \t]*\n)?" % (fence, fence[:1], fence[:1], fence)
    )
    for fence in (b"```", b"~~~")
)
_ASKS_JSON = re.compile(r"(?i)\bjson\b")


def _left_open(text: str) -> str:
    """The marks of a fence that is never closed, if there is one."""
    fence = ""
    for line in _fence_lines(text):
        if not fence:
            fence = fence_mark(line)
        elif closes(line, fence):
            fence = ""
    return fence


def _fence_lines(text: str) -> Iterator[str]:
    """The lines that hold the marks of a fence."""
    end = -1
    for mark in _FENCES.finditer(text):
        if mark.start() > end:
            start = text.rfind("\n", 0, mark.start()) + 1
            end = text.find("\n", mark.start()) % (len(text) + 1)
            yield text[start:end]


def _open_fences(joined: bytes) -> Iterator[int]:
    for block in _BLOCKS:
        end = 0
        for found in block.finditer(joined) if block.pattern[:1] in joined else ():
            at = found.start()
            if at < end or (len(found[0]) > _FENCE and joined[at - 1] == ord("\n")):
                continue
            text, end = text_at(joined, at)
            if _left_open(text):
                yield at


@detector(_open_fences, "assistant")
def open_fence(text: Text) -> Iterator[Fault]:
    yield text.fault(CODE_FENCE, f"A fence of {quote(_left_open(text.text))} is never closed.")


@detector(
    r"\\[rn]|\\u00[0-9a-fA-F]{2}|[A-Za-z0-9.:,;!?]\\t[A-Za-z0-9]|\\\"|p?s?:\\/\\/|\pL\\x[c-fC-F][0-9a-fA-F]\pL",
    "user",
    "assistant",
    "system",
)
def double_escape(text: Text) -> Iterator[Fault]:
    if text.text.lstrip()[:1] in "{[":
        return
    found = _ESCAPED.search(text.prose)
    if found and not _ABOUT_ESCAPES.search(_talk(text)):
        yield text.fault(DOUBLE_ESCAPE, f"A literal escape in {quote(found[0])}.")


@detector(
    r"(?:\A|\x{1e}\n)\s+[^\x{1e}\s]|[^\x{1e}\s]\s+(?:\n\x{1e}|\z)", "user", "assistant", "system"
)
def edges(text: Text) -> Iterator[Fault]:
    if text.text != text.text.strip() and text.text.strip():
        yield text.fault(EDGE_SPACE, f"White space around {quote(text.text.strip()[:30])}.")


@detector(
    r"&(?:[A-Za-z]{2,6}|#x?[0-9a-fA-F]{2,6});|</[a-z][a-z0-9]{0,6}>|<br|<p>|<(?:p|div|span|font|a|img) |<(?:div|span|ul|ol|li|table|tr|td|strong|em|h[1-6])>",
    "user",
    "assistant",
)
def html(text: Text) -> Iterator[Fault]:
    prose = text.prose
    found = _ENTITY.search(prose) or next(
        (tag for tag in _TAG.finditer(prose) if not _in_table(prose, tag.start())), None
    )
    if found and not _ABOUT_HTML.search(said_by_others(text.example)):
        yield text.fault(HTML, f"HTML in the text: {quote(found[0])}.")


def _in_table(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line.lstrip().startswith("|")


@detector(
    r"<\||<｜|\[/?INST|<</?SYS|_of_turn>|</?s>|<(?:bos|eos|pad|unk)>|\[(?:BOS|EOS|PAD|CLS|SEP)\]|<extra_id|<unused[0-9]|\[/?SYS\]|</?think>|### ?(?:Instruction|Response|Input):"
)
def special_tokens(text: Text) -> Iterator[Fault]:
    found = _SPECIAL.search(text.text)
    if found and not (found[0][0] == "[" and _ABOUT_TOKENS.search(_talk(text))):
        yield text.fault(SPECIAL_TOKEN, f"A mark of a chat template: {quote(found[0])}.")


@detector(
    r"\]\(\s*(?i:#|url|link|enlace|about:blank|to-?do|tbd|xxx|javascript:[^\n)]*\)?;?|https?://)?\s*\)"
)
def empty_links(text: Text) -> Iterator[Fault]:
    if found := _EMPTY_LINK.search(text.prose):
        yield text.fault(LINK, f"A link without an address: {quote(found[0])}.")


def _blocks_without_blank(joined: bytes) -> list[int]:
    """The places of such blocks of half a run's bytes: a run holds at least one of them whole."""
    if len(joined) < _RUN:
        return []
    size = _RUN // 2
    padded = joined.ljust(-(-len(joined) // size) * size)
    blank = np.frombuffer(padded, np.uint8).reshape(-1, size) <= ord(" ")
    places: list[int] = (np.flatnonzero(~blank.any(axis=1)) * size).tolist()
    return places


@detector(_blocks_without_blank)
def unbroken(text: Text) -> Iterator[Fault]:
    for run in text.text.split():
        if len(run) < _RUN or len(_NO_SPACES.findall(run)) * 3 > len(run):
            continue
        structured = sum(run.count(c) for c in '"{}[](),;:|') * 20 > len(run)
        if not structured or len(run) > _DATA_RUN:
            yield text.fault(UNBROKEN, f"{len(run):,} characters without a space: {quote(run)}.")
            return


@detector(r"(?:\A|\x{1e}\n)\s*(?:[{\[]|```(?i:json))", "assistant")
def broken_json(text: Text) -> Iterator[Fault]:
    block = fenced(text.text)
    called = block is not None and block[1]
    body = block[0] if block and called else text.text
    meant = called or _JSON_START.match(body)
    if not meant or text.rejected or (not called and not _closes_or_asked(text, body)):
        return
    try:
        json.loads(body)
    except (ValueError, RecursionError) as error:
        yield text.fault(JSON_BROKEN, f"The answer is no JSON: {str(error)[:80]}.")


def _closes_or_asked(text: Text, body: str) -> bool:
    asked = _ASKS_JSON.search(said_by_others(text.example))
    return bool(asked) or (body.startswith("{") and body.rstrip()[-1:] in "}]")


def _talk(text: Text) -> str:
    return said_by_others(text.example) + "\n" + text.text
