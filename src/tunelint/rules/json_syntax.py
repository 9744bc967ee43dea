"""JSON itself: 200 to 299. The names are those of tunelint.json_text.Problem."""

from tunelint.json_text import Problem
from tunelint.rule import find_rule, rule

rule("""E201 json-syntax
    The line is not valid JSON.
    Azure reads one JSON object a line, and cannot read this one.
    Fix: Mend the JSON at the column given; best, write lines with a JSON library.
    Bad: {"messages": [{"role": "user" "content": "Hola"}]}""")
rule("""E202 trailing-comma
    A comma before a closing bracket or brace.
    JavaScript allows it, JSON does not.
    Fix: Delete the comma.
    Bad: {"messages": [{"role": "user", "content": "Hola"},]}""")
rule("""E203 duplicate-key
    An object has the same key twice.
    Parsers keep the last value without a word: the text you read is not what is trained on.
    Fix: Keep one of the two.
    Bad: {"messages": [{"role": "user", "content": "Hola", "content": "Adiós"}]}""")
rule("""E204 not-finite
    NaN or Infinity, which JSON does not have.
    pandas writes it for a missing value; strict parsers refuse the line.
    Fix: Write null or leave the key out.
    Bad: {"messages": [{"role": "assistant", "content": "Hola", "weight": NaN}]}""")
rule(r"""E205 control-character
    A raw control character, such as a tab, inside a string.
    JSON wants it escaped.
    Fix: Write it as an escape, for example \t.
    Bad: a string with a tab in it""")
rule(r"""E206 bad-escape
    A backslash before a character that JSON does not escape.
    Strict parsers refuse the line.
    Fix: Only \" \\ \/ \b \f \n \r \t and \uXXXX exist; delete or double the backslash.
    Bad: {"messages": [{"role": "user", "content": "it\'s"}]}""")
rule(r"""E207 truncated
    The line ends before its JSON does.
    An interrupted write leaves half an example; so does a line break inside a string or an object.
    Fix: Put all of the example on this line, with \n for line breaks in its texts, or delete it.
    Bad: {"messages": [{"role": "user", "content": "Ho""")
rule("""E208 extra-data
    Something follows the closing brace.
    A line holds one JSON object and nothing else.
    Fix: Delete what follows the object; lines are not joined by commas.
    Bad: {"messages": [{"role": "user", "content": "Hola"}]},""")
rule("""E209 two-on-a-line
    Two JSON objects on one line.
    The line break between two examples is missing.
    Fix: Start a new line at the column given.
    Bad: {"messages": []}{"messages": []}""")
rule("""E210 too-deep
    Brackets nested more than 64 deep.
    No example needs it; it can exhaust a parser's stack.
    Fix: Flatten the value, or write it as a string.
    Bad: 65 opening brackets in a row""")
rule(r"""E213 lone-surrogate
    Half of a surrogate pair, such as \ud83d without its other half.
    It stands for no character and cannot be written as UTF-8; an emoji was cut in two.
    Fix: Delete the half, or write the whole character.
    Bad: {"messages": [{"role": "user", "content": "\ud83d"}]}""")
rule("""E215 wrong-quotes
    A key or string in single or typographic quotes.
    JSON knows only ". Python's str() and word processors write the others.
    Fix: Write " around keys and strings, for example with json.dumps.
    Bad: {'messages': [{'role': 'user', 'content': 'Hola'}]}""")

OF_PROBLEM = {problem: find_rule(problem.value) for problem in Problem}
