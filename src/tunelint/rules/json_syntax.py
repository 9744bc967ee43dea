"""JSON itself: 200 to 299."""

from tunelint.json_text import Problem
from tunelint.rule import rule

_GOOD = (
    '{"messages": [{"role": "user", "content": "Hola"}, '
    '{"role": "assistant", "content": "¡Hola!\\n¿Adónde?"}]}'
)

SYNTAX = rule(
    "E201",
    "json-syntax",
    what="The line is not valid JSON.",
    why="Azure reads one JSON object a line, and cannot read this one.",
    bad='{"messages": [{"role": "user" "content": "Hola"}]}',
    good=_GOOD,
    fix="Mend the JSON at the column given; best, write lines with a JSON library.",
)
TRAILING_COMMA = rule(
    "E202",
    "trailing-comma",
    what="A comma before a closing bracket or brace.",
    why="JavaScript allows it, JSON does not.",
    bad='{"messages": [{"role": "user", "content": "Hola"},]}',
    good=_GOOD,
    fix="Delete the comma.",
)
DUPLICATE_KEY = rule(
    "E203",
    "duplicate-key",
    what="An object has the same key twice.",
    why="Parsers keep the last value and drop the first without a word, "
    "so the text you read is not the text that is trained on.",
    bad='{"messages": [{"role": "user", "content": "Hola", "content": "Adiós"}]}',
    good=_GOOD,
    fix="Keep one of the two.",
)
NOT_FINITE = rule(
    "E204",
    "not-finite",
    what="NaN or Infinity, which JSON does not have.",
    why="pandas writes it for a missing value; strict parsers refuse the line.",
    bad='{"messages": [{"role": "assistant", "content": "Hola", "weight": NaN}]}',
    good=_GOOD,
    fix="Write null or leave the key out.",
)
CONTROL_CHARACTER = rule(
    "E205",
    "control-character",
    what="A raw control character, such as a tab, inside a string.",
    why="JSON wants it escaped.",
    bad='{"messages": [{"role": "user", "content": "a\tb"}]}',
    good=_GOOD,
    fix="Write it as an escape, for example \\t.",
)
BAD_ESCAPE = rule(
    "E206",
    "bad-escape",
    what="A backslash before a character that JSON does not escape.",
    why="Strict parsers refuse the line.",
    bad='{"messages": [{"role": "user", "content": "it\\\'s"}]}',
    good=_GOOD,
    fix='Only \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX exist; delete or double the backslash.',
)
TRUNCATED = rule(
    "E207",
    "truncated",
    what="The line ends before its JSON does.",
    why="An interrupted write leaves half an example.",
    bad='{"messages": [{"role": "user", "content": "Ho',
    good=_GOOD,
    fix="Complete the example or delete the line.",
)
EXTRA_DATA = rule(
    "E208",
    "extra-data",
    what="Something follows the closing brace.",
    why="A line holds one JSON object and nothing else.",
    bad='{"messages": [{"role": "user", "content": "Hola"}]},',
    good=_GOOD,
    fix="Delete what follows the object; lines are not joined by commas.",
)
GLUED = rule(
    "E209",
    "two-on-a-line",
    what="Two JSON objects on one line.",
    why="The line break between two examples is missing.",
    bad='{"messages": []}{"messages": []}',
    good=_GOOD,
    fix="Start a new line at the column given.",
)
TOO_DEEP = rule(
    "E210",
    "too-deep",
    what="Brackets nested more than 64 deep.",
    why="No example needs it; it can exhaust a parser's stack.",
    bad='{"messages": ' + "[" * 65 + "]" * 65 + "}",
    good=_GOOD,
    fix="Flatten the value, or write it as a string.",
)
MULTI_LINE = rule(
    "E211",
    "multi-line-example",
    what="One example is spread over several lines.",
    why="JSON Lines means one object a line; each piece is read as an example of its own.",
    bad='{\n  "messages": [\n    {"role": "user", "content": "Hola"}\n  ]\n}',
    good=_GOOD,
    fix="Write the example on one line, for example with jq -c.",
)
RAW_LINE_BREAK = rule(
    "E212",
    "raw-line-break",
    what="A raw line break inside a string.",
    why="It cuts the example in two lines, neither of which is JSON.",
    bad='{"messages": [{"role": "user", "content": "Hola\n¿qué tal?"}]}',
    good=_GOOD,
    fix="Write \\n in place of the line break.",
)
LONE_SURROGATE = rule(
    "E213",
    "lone-surrogate",
    what="Half of a surrogate pair, such as \\ud83d without its other half.",
    why="It stands for no character and cannot be written as UTF-8; an emoji was cut in two.",
    bad='{"messages": [{"role": "user", "content": "\\ud83d"}]}',
    good=_GOOD,
    fix="Delete the half, or write the whole character.",
)
WRONG_QUOTES = rule(
    "E215",
    "wrong-quotes",
    what="A key or string in single or typographic quotes.",
    why="JSON knows only \". Python's str() and word processors write the others.",
    bad="{'messages': [{'role': 'user', 'content': 'Hola'}]}",
    good=_GOOD,
    fix='Write " around keys and strings, for example with json.dumps.',
)

OF_PROBLEM = {
    Problem(one.name): one
    for one in (
        BAD_ESCAPE,
        CONTROL_CHARACTER,
        DUPLICATE_KEY,
        EXTRA_DATA,
        GLUED,
        LONE_SURROGATE,
        NOT_FINITE,
        SYNTAX,
        TOO_DEEP,
        TRAILING_COMMA,
        TRUNCATED,
        WRONG_QUOTES,
    )
}
