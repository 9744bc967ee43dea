"""Tool calls, their answers and the tools declared: 500 to 599."""

from collections.abc import Iterator
from typing import Any

from tunelint.escaping import quote
from tunelint.example import Example, JsonPath, Message
from tunelint.json_text import JsonProblem, parse
from tunelint.rule import Violation, on_example, rule
from tunelint.rules.schema import IDENTIFIER
from tunelint.rules.tool_arguments import JSON_TYPES, misfits

CALLS_ROLE = rule("""E501 tool-calls-role
    Tool calls on a message that is not the assistant's.
    Only the assistant calls tools.
    Fix: Move the calls to an assistant message.
    Bad: tool_calls in a message with the role user""")
EMPTY_CALLS = rule("""E502 empty-tool-calls
    "tool_calls" is an empty list.
    A message without calls leaves the key out.
    Fix: Delete the key.
    Bad: {"role": "assistant", "content": "No.", "tool_calls": []}""")
CALL_SHAPE = rule("""E503 tool-call-shape
    A tool call lacks its id, type, function name or arguments, or has them in a wrong form.
    The specification requires all four.
    Fix: Write {"id": …, "type": "function", "function": {"name": …, "arguments": "{…}"}}.
    Bad: {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function"}]}""")
ARGUMENTS_TYPE = rule("""E504 arguments-type
    A call's arguments are not a string.
    Arguments are JSON written as a string, since the model may write anything.
    Fix: Write the object as a JSON string.
    Bad: "arguments": {"ciudad": "Lima"}""")
ARGUMENTS_JSON = rule("""E505 arguments-json
    A call's arguments are not a JSON object.
    The model would learn to call the function with arguments that nothing can read.
    Fix: Write a JSON object in double quotes, as json.dumps does.
    Bad: "arguments": "{'ciudad': 'Lima'}\"""")
ARGUMENTS_SCHEMA = rule("""E506 arguments-schema
    A call's arguments do not fit the parameters declared.
    The model would learn calls that the function refuses.
    Fix: Give all required parameters, each of its type, and no undeclared one.
    Bad: "arguments": "{}", where the declaration requires a city""")
DUPLICATE_ID = rule("""E507 duplicate-call-id
    Two tool calls of an example share an id.
    An answer cannot be matched to its call.
    Fix: Give each call its own id.
    Bad: two calls with the id c1""")
ID_MISMATCH = rule("""E508 unknown-call-id
    A tool message answers a call that the example does not have.
    The id is all that ties an answer to its call.
    Fix: Write the id of the call that the message answers.
    Bad: "tool_call_id": "c9", after a call with the id c1""")
NO_RESPONSE = rule("""E509 unanswered-call
    The conversation goes on although a tool call has no answer.
    In production each call is answered before the next turn.
    Fix: Add the tool message after the call.
    Bad: an assistant message right after a tool call""")
ORPHAN_RESPONSE = rule("""E510 orphan-tool-message
    A tool message that follows no tool call.
    A tool message is the answer to a call; without one it has no place.
    Fix: Add the call before it or delete the message.
    Bad: a tool message right after the user's question""")
TOOLS_MISSING = rule("""E511 tools-missing
    Tools are called, but the example declares none.
    The model would learn to call functions that it was not told about.
    Fix: Add "tools" with the declaration of each function called.
    Bad: a row with tool_calls and without tools""")
UNDECLARED = rule("""E512 undeclared-function
    A function is called that "tools" does not declare.
    The model would learn to invent functions.
    Fix: Declare the function, or correct its name.
    Bad: a call of tiempo, where only clima is declared""")
TOOL_SCHEMA = rule("""E513 tool-declaration
    A declared tool is malformed.
    The service wants a type, a name of letters, digits, '_' and '-', and a JSON Schema.
    Fix: Write {"type": "function", "function": {"name": …, "parameters": {…}}}.
    Bad: {"type": "function", "function": {}}""")
DUPLICATE_FUNCTION = rule("""E514 duplicate-function
    A function is declared twice in one example.
    Which of the two is meant is undefined.
    Fix: Keep one declaration.
    Bad: clima twice among the tools""")
CALL_ID_MISSING = rule("""E515 call-id-missing
    A tool message without a "tool_call_id".
    It cannot be matched to the call it answers.
    Fix: Add the id of the call.
    Bad: {"role": "tool", "content": "no"}""")


@on_example
def examine(example: Example) -> Iterator[Violation]:
    """Whether calls, answers and declarations agree with one another."""
    if example.is_plain:
        return
    declared: dict[str, dict[str, Any]] = {}
    yield from _declarations(*example.tools, declared)
    called = None
    for message in example.messages:
        yield from _message(message, declared)
        if message.role == "assistant" and message.calls:
            called = called or (*message.path, "tool_calls")
    if called and not example.tools[0]:
        text = "Tools are called, but none are declared."
        yield Violation(TOOLS_MISSING, text, called, at_key=True)
    if example.roles_known:
        yield from _answers(example.messages)


def _declarations(
    tools: object, at: JsonPath, declared: dict[str, dict[str, Any]]
) -> Iterator[Violation]:
    if tools is not None and not isinstance(tools, list):
        yield Violation(TOOL_SCHEMA, '"tools" must be a list.', at)
        return
    for index, tool in enumerate(tools or ()):
        if complaint := _declaration(tool):
            yield Violation(TOOL_SCHEMA, complaint, (*at, index))
            continue
        name = tool["function"]["name"]
        if name in declared:
            text = f"The function {quote(name)} is declared twice."
            yield Violation(DUPLICATE_FUNCTION, text, (*at, index, "function", "name"))
        declared[name] = tool["function"]


def _declaration(tool: object) -> str:
    if not isinstance(tool, dict) or tool.get("type") != "function":
        return 'A tool is an object of type "function".'
    function = tool.get("function")
    if not isinstance(function, dict):
        return 'The tool has no "function" object.'
    name = function.get("name")
    if name is None:
        return "The function has no name."
    if not isinstance(name, str) or not IDENTIFIER.fullmatch(name):
        return f"The name {quote(name)} is invalid."
    if not isinstance(function.get("description", ""), str):
        return "The description is no string."
    return _parameters(function.get("parameters", {}))


def _parameters(parameters: object) -> str:
    if not isinstance(parameters, dict) or parameters.get("type", "object") != "object":
        return 'The "parameters" must be a JSON Schema of type "object".'
    properties, required = parameters.get("properties", {}), parameters.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        return 'The "properties" must be an object, and "required" a list of their names.'
    missing = [one for one in required if not isinstance(one, str) or one not in properties]
    if missing:
        return f"The required parameter {quote(missing[0])} is not among the properties."
    for name, schema in properties.items():
        if not isinstance(schema, dict | bool):
            return f"The parameter {quote(name)} has no schema."
        kind = schema.get("type", []) if isinstance(schema, dict) else []
        kinds = kind if isinstance(kind, list) else [kind]
        if any(not isinstance(one, str) or one not in JSON_TYPES for one in kinds):
            return f"The parameter {quote(name)} is of no JSON type: {quote(kind)}."
    return ""


def _message(message: Message, declared: dict[str, dict[str, Any]]) -> Iterator[Violation]:
    at: JsonPath = (*message.path, "tool_calls")
    calls = message.fields.get("tool_calls")
    if calls is None:
        return
    if message.role != "assistant":
        yield Violation(CALLS_ROLE, f"The {message.role} message has tool calls.", at, at_key=True)
    elif not isinstance(calls, list):
        yield Violation(CALL_SHAPE, '"tool_calls" must be a list.', at)
    elif not calls:
        yield Violation(EMPTY_CALLS, '"tool_calls" is empty.', at)
    else:
        for index, call in enumerate(calls):
            yield from _call(call, declared, (*at, index))


def _call(call: Any, declared: dict[str, dict[str, Any]], at: JsonPath) -> Iterator[Violation]:  # noqa: ANN401 - JSON
    for complaint in _misshapen(call):
        yield Violation(CALL_SHAPE, complaint, at)
    function = call.get("function") if isinstance(call, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(function, dict) or not isinstance(name, str):
        return
    if declared and name not in declared:
        text = f"The function {quote(name)} is not declared."
        yield Violation(UNDECLARED, text, (*at, "function", "name"))
    if "arguments" in function:
        parameters = declared.get(name, {}).get("parameters", {})
        yield from _arguments(function["arguments"], parameters, (*at, "function", "arguments"))


def _misshapen(call: object) -> Iterator[str]:
    if not isinstance(call, dict):
        yield "A tool call must be an object."
        return
    if not isinstance(call.get("id"), str) or not call["id"]:
        yield "The tool call has no id."
    if call.get("type") != "function":
        yield 'The tool call must be of type "function".'
    function = call.get("function")
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        yield "The tool call names no function."
    elif "arguments" not in function:
        yield 'The function has no "arguments".'


def _arguments(written: object, parameters: dict[str, Any], at: JsonPath) -> Iterator[Violation]:
    if not isinstance(written, str):
        yield Violation(ARGUMENTS_TYPE, "The arguments must be a string of JSON.", at)
        return
    try:
        arguments = parse(written.encode())
    except JsonProblem:
        arguments = None
    if not isinstance(arguments, dict):
        yield Violation(ARGUMENTS_JSON, f"{quote(written)} is not a JSON object.", at)
        return
    for complaint in misfits(arguments, parameters):
        yield Violation(ARGUMENTS_SCHEMA, complaint, at)


def _answers(messages: tuple[Message, ...]) -> Iterator[Violation]:
    """Each call has one id, and its answer before the next turn; each answer has its call."""
    seen: set[str] = set()
    waiting: dict[str, JsonPath] = {}
    for message in messages:
        if message.role == "tool":
            yield from _answer(message, seen, waiting)
            continue
        for called, at in waiting.items():
            yield Violation(NO_RESPONSE, f"The call {quote(called)} has no answer.", at)
        waiting.clear()
        if message.role == "assistant":
            yield from _register(message, seen, waiting)


def _answer(message: Message, seen: set[str], waiting: dict[str, JsonPath]) -> Iterator[Violation]:
    called = message.fields.get("tool_call_id")
    if isinstance(called, str) and waiting.pop(called, ()):
        return
    if not isinstance(called, str):
        yield Violation(CALL_ID_MISSING, 'The tool message has no "tool_call_id".', message.path)
    elif not seen:
        text = "The tool message follows no tool call."
        yield Violation(ORPHAN_RESPONSE, text, (*message.path, "role"))
    else:
        text = f"No open call has the id {quote(called)}."
        yield Violation(ID_MISMATCH, text, (*message.path, "tool_call_id"))
    waiting.clear()


def _register(
    message: Message, seen: set[str], waiting: dict[str, JsonPath]
) -> Iterator[Violation]:
    for index, call in enumerate(message.calls):
        called = call.get("id")
        if not isinstance(called, str):
            continue
        at: JsonPath = (*message.path, "tool_calls", index)
        if called in seen:
            yield Violation(DUPLICATE_ID, f"Two calls have the id {quote(called)}.", (*at, "id"))
        seen.add(called)
        waiting[called] = at
