"""Tool calls, their answers and the tools declared: 500 to 599."""

import re
from collections.abc import Iterator
from typing import Any

from tunelint import json_text
from tunelint.escaping import quote
from tunelint.example import Example, JsonPath, Message
from tunelint.rule import Violation, on_example, rule
from tunelint.rules.tool_arguments import JSON_TYPES, misfits

_CALL = (
    '{"id": "c1", "type": "function", '
    '"function": {"name": "clima", "arguments": "{\\"ciudad\\": \\"Lima\\"}"}}'
)
_TOOL = (
    '{"type": "function", "function": {"name": "clima", "parameters": {"type": "object", '
    '"properties": {"ciudad": {"type": "string"}}, "required": ["ciudad"]}}}'
)
_USER = '{"role": "user", "content": "¿Llueve en Lima?"}'
_RESULT = '{"role": "tool", "tool_call_id": "c1", "content": "no"}'
_ANSWER = '{"role": "assistant", "content": "No. ¿Vas pronto?"}'


def _calls(*calls: str) -> str:
    return f'{{"role": "assistant", "tool_calls": [{", ".join(calls)}]}}'


def _line(*messages: str, tools: str = _TOOL) -> str:
    declared = f', "tools": [{tools}]' if tools else ""
    return f'{{"messages": [{", ".join(messages)}]{declared}}}'


_GOOD = _line(_USER, _calls(_CALL), _RESULT, _ANSWER)

CALLS_ROLE = rule(
    "E501",
    "tool-calls-role",
    what="Tool calls on a message that is not the assistant's.",
    why="Only the assistant calls tools.",
    bad=_line(f'{{"role": "user", "content": "¿Llueve?", "tool_calls": [{_CALL}]}}', _ANSWER),
    good=_GOOD,
    fix="Move the calls to an assistant message.",
)
EMPTY_CALLS = rule(
    "E502",
    "empty-tool-calls",
    what='"tool_calls" is an empty list.',
    why="A message without calls leaves the key out.",
    bad=_line(_USER, '{"role": "assistant", "content": "No.", "tool_calls": []}'),
    good=_GOOD,
    fix="Delete the key.",
)
CALL_SHAPE = rule(
    "E503",
    "tool-call-shape",
    what="A tool call lacks its id, type, function name or arguments, or has them in a wrong form.",
    why="The specification requires all four.",
    bad=_line(_USER, _calls('{"id": "c1", "type": "function"}'), _RESULT, _ANSWER),
    good=_GOOD,
    fix='Write {"id": …, "type": "function", "function": {"name": …, "arguments": "{…}"}}.',
)
ARGUMENTS_TYPE = rule(
    "E504",
    "arguments-type",
    what="A call's arguments are not a string.",
    why="Arguments are JSON written as a string, since the model may write anything.",
    bad=_line(_USER, _calls(_CALL.replace('"{\\"ciudad\\": \\"Lima\\"}"', "{}")), _RESULT, _ANSWER),
    good=_GOOD,
    fix="Write the object as a JSON string.",
)
ARGUMENTS_JSON = rule(
    "E505",
    "arguments-json",
    what="A call's arguments are not a JSON object.",
    why="The model would learn to call the function with arguments that nothing can read.",
    bad=_line(
        _USER,
        _calls(_CALL.replace('{\\"ciudad\\": \\"Lima\\"}', "{'ciudad': 1}")),
        _RESULT,
        _ANSWER,
    ),
    good=_GOOD,
    fix="Write a JSON object in double quotes, as json.dumps does.",
)
ARGUMENTS_SCHEMA = rule(
    "E506",
    "arguments-schema",
    what="A call's arguments do not fit the parameters declared.",
    why="The model would learn calls that the function refuses.",
    bad=_line(_USER, _calls(_CALL.replace('{\\"ciudad\\": \\"Lima\\"}', "{}")), _RESULT, _ANSWER),
    good=_GOOD,
    fix="Give all required parameters, each of its type, and no undeclared one.",
)
DUPLICATE_ID = rule(
    "E507",
    "duplicate-call-id",
    what="Two tool calls of an example share an id.",
    why="An answer cannot be matched to its call.",
    bad=_line(_USER, _calls(_CALL, _CALL), _RESULT, _ANSWER),
    good=_GOOD,
    fix="Give each call its own id.",
)
ID_MISMATCH = rule(
    "E508",
    "unknown-call-id",
    what="A tool message answers a call that the example does not have.",
    why="The id is all that ties an answer to its call.",
    bad=_line(_USER, _calls(_CALL), _RESULT.replace("c1", "c9"), _ANSWER),
    good=_GOOD,
    fix="Write the id of the call that the message answers.",
)
NO_RESPONSE = rule(
    "E509",
    "unanswered-call",
    what="The conversation goes on although a tool call has no answer.",
    why="In production each call is answered before the next turn.",
    bad=_line(_USER, _calls(_CALL), _ANSWER),
    good=_GOOD,
    fix="Add the tool message after the call.",
)
ORPHAN_RESPONSE = rule(
    "E510",
    "orphan-tool-message",
    what="A tool message that follows no tool call.",
    why="A tool message is the answer to a call; without one it has no place.",
    bad=_line(_USER, _RESULT, _ANSWER),
    good=_GOOD,
    fix="Add the call before it or delete the message.",
)
TOOLS_MISSING = rule(
    "E511",
    "tools-missing",
    what="Tools are called, but the example declares none.",
    why="The model would learn to call functions that it was not told about.",
    bad=_line(_USER, _calls(_CALL), _RESULT, _ANSWER, tools=""),
    good=_GOOD,
    fix='Add "tools" with the declaration of each function called.',
)
UNDECLARED = rule(
    "E512",
    "undeclared-function",
    what='A function is called that "tools" does not declare.',
    why="The model would learn to invent functions.",
    bad=_line(_USER, _calls(_CALL.replace("clima", "tiempo")), _RESULT, _ANSWER),
    good=_GOOD,
    fix="Declare the function, or correct its name.",
)
TOOL_SCHEMA = rule(
    "E513",
    "tool-declaration",
    what="A declared tool is malformed.",
    why='A tool is {"type": "function", "function": {"name": …, "parameters": {…}}}; '
    "a name has 1 to 64 letters, digits, '_' and '-'.",
    bad=_line(_USER, _ANSWER, tools='{"type": "function", "function": {}}'),
    good=_GOOD,
    fix="Complete the declaration.",
)
DUPLICATE_FUNCTION = rule(
    "E514",
    "duplicate-function",
    what="A function is declared twice in one example.",
    why="Which of the two is meant is undefined.",
    bad=_line(_USER, _ANSWER, tools=f"{_TOOL}, {_TOOL}"),
    good=_GOOD,
    fix="Keep one declaration.",
)
CALL_ID_MISSING = rule(
    "E515",
    "call-id-missing",
    what='A tool message without a "tool_call_id".',
    why="It cannot be matched to the call it answers.",
    bad=_line(_USER, _calls(_CALL), '{"role": "tool", "content": "no"}', _ANSWER),
    good=_GOOD,
    fix="Add the id of the call.",
)

_FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@on_example
def examine(example: Example) -> Iterator[Violation]:
    """Whether calls, answers and declarations agree with one another."""
    if example.is_plain:
        return
    declared: dict[str, dict[str, Any]] = {}
    yield from _declarations(*example.tools, declared)
    for message in example.messages:
        yield from _message(message, declared)
    yield from _called_without_tools(example)
    if example.roles_known:
        yield from _answers(example.messages)


def _declarations(
    tools: object, at: JsonPath, declared: dict[str, dict[str, Any]]
) -> Iterator[Violation]:
    if tools is None:
        return
    if not isinstance(tools, list):
        yield Violation(TOOL_SCHEMA, '"tools" must be a list.', at)
        return
    for index, tool in enumerate(tools):
        function = tool.get("function") if isinstance(tool, dict) else None
        if complaint := _declaration(tool, function):
            yield Violation(TOOL_SCHEMA, complaint, (*at, index))
        elif isinstance(function, dict):
            name = function["name"]
            if name in declared:
                place = (*at, index, "function", "name")
                yield Violation(
                    DUPLICATE_FUNCTION, f"The function {quote(name)} is declared twice.", place
                )
            declared[name] = function


def _declaration(tool: object, function: object) -> str:
    if not isinstance(tool, dict) or tool.get("type") != "function":
        return 'A tool is an object of type "function".'
    if not isinstance(function, dict):
        return 'The tool has no "function" object.'
    name = function.get("name")
    if not isinstance(name, str) or not _FUNCTION_NAME.fullmatch(name):
        return (
            "The function has no name." if name is None else f"The name {quote(name)} is invalid."
        )
    if not isinstance(function.get("description", ""), str):
        return "The description is no string."
    parameters = function.get("parameters", {})
    if not isinstance(parameters, dict) or parameters.get("type", "object") != "object":
        return 'The "parameters" must be a JSON Schema of type "object".'
    return _parameters(parameters)


def _parameters(parameters: dict[str, Any]) -> str:
    properties, required = parameters.get("properties", {}), parameters.get("required", [])
    if not isinstance(properties, dict):
        return 'The "properties" must be an object.'
    if not isinstance(required, list):
        return 'The "required" must be a list of names.'
    for name in required:
        if name not in properties if isinstance(name, str) else True:
            return f"The required parameter {quote(name)} is not among the properties."
    for name, schema in properties.items():
        if not isinstance(schema, dict | bool):
            return f"The parameter {quote(name)} has no schema."
        kind = schema.get("type", "string") if isinstance(schema, dict) else "string"
        kinds = kind if isinstance(kind, list) else [kind]
        if any(not isinstance(one, str) or one not in JSON_TYPES for one in kinds):
            return f"The parameter {quote(name)} is of no JSON type: {quote(kind)}."
    return ""


def _message(message: Message, declared: dict[str, dict[str, Any]]) -> Iterator[Violation]:
    at: JsonPath = (*message.path, "tool_calls")
    calls = message.fields.get("tool_calls")
    if "tool_calls" not in message.fields or calls is None:
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


def _call(call: object, declared: dict[str, dict[str, Any]], at: JsonPath) -> Iterator[Violation]:
    if not isinstance(call, dict):
        yield Violation(CALL_SHAPE, "A tool call must be an object.", at)
        return
    if not isinstance(call.get("id"), str) or not call["id"]:
        yield Violation(CALL_SHAPE, "The tool call has no id.", at)
    if call.get("type") != "function":
        yield Violation(CALL_SHAPE, 'The tool call must be of type "function".', at)
    function = call.get("function")
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(function, dict) or not isinstance(name, str):
        yield Violation(CALL_SHAPE, "The tool call names no function.", at)
        return
    if declared and name not in declared:
        yield Violation(
            UNDECLARED, f"The function {quote(name)} is not declared.", (*at, "function", "name")
        )
    yield from _arguments(function, declared.get(name, {}), (*at, "function"))


def _arguments(
    function: dict[str, Any], declaration: dict[str, Any], at: JsonPath
) -> Iterator[Violation]:
    place = (*at, "arguments")
    if "arguments" not in function:
        yield Violation(CALL_SHAPE, 'The function has no "arguments".', at)
        return
    text = function["arguments"]
    if not isinstance(text, str):
        yield Violation(ARGUMENTS_TYPE, "The arguments must be a string of JSON.", place)
        return
    try:
        arguments = json_text.parse(text.encode())
    except json_text.JsonProblem:
        arguments = None
    if not isinstance(arguments, dict):
        yield Violation(ARGUMENTS_JSON, f"{quote(text)} is not a JSON object.", place)
        return
    for complaint in misfits(arguments, declaration.get("parameters", {})):
        yield Violation(ARGUMENTS_SCHEMA, complaint, place)


def _called_without_tools(example: Example) -> Iterator[Violation]:
    if example.tools[0]:
        return
    for message in example.messages:
        if message.calls and message.role == "assistant":
            place = (*message.path, "tool_calls")
            yield Violation(
                TOOLS_MISSING, "Tools are called, but none are declared.", place, at_key=True
            )
            return


def _answers(messages: tuple[Message, ...]) -> Iterator[Violation]:
    """Each call has one id, and its answer before the next turn; each answer has its call."""
    seen: set[str] = set()
    waiting: dict[str, JsonPath] = {}
    for message in messages:
        if message.role == "tool":
            yield from _answer(message, seen, waiting)
            continue
        yield from _unanswered(waiting)
        waiting.clear()
        if message.role == "assistant":
            yield from _register(message, seen, waiting)


def _answer(message: Message, seen: set[str], waiting: dict[str, JsonPath]) -> Iterator[Violation]:
    at = message.path
    called = message.fields.get("tool_call_id")
    if not isinstance(called, str):
        yield Violation(CALL_ID_MISSING, 'The tool message has no "tool_call_id".', at)
        waiting.clear()
    elif not seen:
        yield Violation(ORPHAN_RESPONSE, "The tool message follows no tool call.", (*at, "role"))
    elif waiting.pop(called, None) is None:
        yield Violation(
            ID_MISMATCH, f"No open call has the id {quote(called)}.", (*at, "tool_call_id")
        )
        waiting.clear()


def _unanswered(waiting: dict[str, JsonPath]) -> Iterator[Violation]:
    for called, at in waiting.items():
        yield Violation(NO_RESPONSE, f"The call {quote(called)} has no answer.", at)


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
