"""What each rule on a row reports, and the near miss about which it is silent."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from tests.tunelint.test_check import good_rows, write
from tunelint.check import Options, check
from tunelint.profiles import PROFILES
from tunelint.rule import RULES

Row = dict[str, Any]

USER: Row = {"role": "user", "content": "¿Llueve en Lima?"}
ANSWER: Row = {"role": "assistant", "content": "No. ¿Vas pronto?"}
SYSTEM: Row = {"role": "system", "content": "Eres amable."}
DEVELOPER: Row = {"role": "developer", "content": "Eres amable."}
TOOL: Row = {
    "type": "function",
    "function": {
        "name": "clima",
        "parameters": {
            "type": "object",
            "properties": {"ciudad": {"type": "string"}, "dias": {"type": "integer"}},
            "required": ["ciudad"],
            "additionalProperties": False,
        },
    },
}
RESULT: Row = {"role": "tool", "tool_call_id": "c1", "content": "no"}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def chat(*messages: Row, **fields: object) -> Row:
    return {"messages": list(messages)} | fields


def asks(content: object, **fields: object) -> Row:
    return chat({"role": "user", "content": content} | fields, ANSWER)


def says(content: object, **fields: object) -> Row:
    return chat(USER, {"role": "assistant", "content": content} | fields)


def calls(arguments: object = '{"ciudad": "Lima"}', **changes: object) -> Row:
    call = {"id": "c1", "type": "function", "function": {"name": "clima", "arguments": arguments}}
    return {"role": "assistant", "tool_calls": [call | changes]}


def uses(*messages: Row, tools: object = (TOOL,)) -> Row:
    return chat(USER, *messages, tools=tools)


def shows(address: object, **fields: object) -> Row:
    return asks([{"type": "image_url", "image_url": {"url": address} | fields}])


def data(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def pair(asked: object = (USER,), good: object = (ANSWER,), bad: object = None) -> Row:
    other = [{"role": "assistant", "content": "No sé."}] if bad is None else bad
    return {"input": {"messages": asked}, "preferred_output": good, "non_preferred_output": other}


def without(row: Row, key: str) -> Row:
    return {name: value for name, value in row.items() if name != key}


GOOD_CALL = uses(calls(), RESULT, ANSWER)
PHOTO = {"type": "image_url", "image_url": {"url": "https://example.com/playa.jpg"}}

# The rule's code, a row that breaks it, and one that nearly does.
CHATS: list[tuple[str, object, object]] = [
    ("E301", ["Hola"], chat(USER, ANSWER)),
    ("E302", {"tools": []}, chat(USER, ANSWER, tools=[])),
    ("E302", chat({"content": "Hola"}, ANSWER), chat(USER, ANSWER)),
    ("E302", chat({"role": "user"}, ANSWER), GOOD_CALL),
    ("E303", {"prompt": "Hola", "completion": "¡Hola!"}, chat(USER, ANSWER, prompt="Hola")),
    ("E304", {"messages": USER}, chat(USER, ANSWER)),
    ("E304", asks(7), asks("7")),
    ("E304", chat(USER, ANSWER, parallel_tool_calls=1),
     chat(USER, ANSWER, parallel_tool_calls=True)),
    ("E305", {"messages": []}, chat(USER, ANSWER)),
    ("E306", chat({"role": "bot", "content": "Hola"}, ANSWER), chat(DEVELOPER, USER, ANSWER)),
    ("E307", asks("Hola", contnet="x"), asks("Hola", name="ana")),
    ("E307", chat(USER, ANSWER, tool=[]), chat(USER, ANSWER, topic="x")),
    ("I314", chat(USER, ANSWER, topic="x"), chat(USER, ANSWER, tools=[])),
    ("E308", asks(None), GOOD_CALL),
    ("E309", asks(["Hola"]), asks([{"type": "text", "text": "Hola"}])),
    ("E309", asks([]), asks([PHOTO])),
    ("E309", asks([{"type": "text"}]), asks([{"type": "text", "text": "Hola"}])),
    ("E309", says([{"type": "audio"}]), says([{"type": "refusal", "refusal": "No."}])),
    ("E310", says("¡Hola!", weight=0.5), says("¡Hola!", weight=1)),
    ("E310", says("¡Hola!", weight=True), says("¡Hola!", weight=1)),
    ("E311", asks("Hola", weight=0), chat(USER, ANSWER | {"weight": 0}, USER, ANSWER)),
    ("E312", asks("Hola", name="José Luis"), asks("Hola", name="jose_luis-2")),
    ("W313", chat(USER, ANSWER, functions=[]), chat(USER, ANSWER, tools=[])),
    ("E401", chat(USER, ANSWER, USER), chat(USER, ANSWER)),
    ("E402", chat(SYSTEM, USER), chat(SYSTEM, USER, ANSWER)),
    ("E403", says(" "), says(None, refusal="No.")),
    ("W404", asks(""), asks([PHOTO])),
    ("W405", chat(SYSTEM, ANSWER), chat(SYSTEM, USER, ANSWER)),
    ("W406", chat(ANSWER, USER, ANSWER), chat(SYSTEM, USER, ANSWER)),
    ("W407", chat(USER, USER, ANSWER), chat(USER, ANSWER, USER, ANSWER)),
    ("W407", chat(USER, ANSWER, ANSWER), GOOD_CALL),
    ("E408", chat(SYSTEM, SYSTEM, USER, ANSWER), chat(SYSTEM, USER, ANSWER)),
    ("E409", chat(USER, SYSTEM, ANSWER), chat(SYSTEM, USER, ANSWER)),
    ("W410", chat(SYSTEM, DEVELOPER, USER, ANSWER), chat(DEVELOPER, USER, ANSWER)),
    ("E411", says("¡Hola!", weight=0), chat(USER, ANSWER | {"weight": 0}, USER, ANSWER)),
    ("E501", chat(USER | {"tool_calls": calls()["tool_calls"]}, ANSWER), GOOD_CALL),
    ("E502", says("No.", tool_calls=[]), says("No.")),
    ("E503", uses(calls(type="tool"), RESULT, ANSWER), GOOD_CALL),
    ("E503", uses(calls(function={"name": "clima"}), RESULT, ANSWER), GOOD_CALL),
    ("E504", uses(calls({"ciudad": "Lima"}), RESULT, ANSWER), GOOD_CALL),
    ("E505", uses(calls("{'ciudad': 'Lima'}"), RESULT, ANSWER), GOOD_CALL),
    ("E505", uses(calls("[]"), RESULT, ANSWER), GOOD_CALL),
    ("E506", uses(calls("{}"), RESULT, ANSWER), GOOD_CALL),
    ("E506", uses(calls('{"ciudad": 7}'), RESULT, ANSWER), GOOD_CALL),
    ("E506", uses(calls('{"ciudad": "a", "x": 1}'), RESULT, ANSWER),
     uses(calls('{"ciudad": "a", "dias": 1}'), RESULT, ANSWER)),
    ("E507", uses(calls(), RESULT, calls(), RESULT, ANSWER),
     uses(calls(), RESULT, calls(id="c2"), RESULT | {"tool_call_id": "c2"}, ANSWER)),
    ("E508", uses(calls(), RESULT | {"tool_call_id": "c9"}, ANSWER), GOOD_CALL),
    ("E509", uses(calls(), ANSWER), uses(calls())),
    ("E510", uses(RESULT, ANSWER), GOOD_CALL),
    ("E511", chat(USER, calls(), RESULT, ANSWER), GOOD_CALL),
    ("E512", uses(calls(function={"name": "x", "arguments": "{}"}), RESULT, ANSWER), GOOD_CALL),
    ("E513", uses(ANSWER, tools=[{"type": "function", "function": {}}]), uses(ANSWER)),
    ("E513", uses(ANSWER, tools={}), uses(ANSWER, tools=[])),
    ("E514", uses(ANSWER, tools=[TOOL, TOOL]), uses(ANSWER)),
    ("E515", uses(calls(), without(RESULT, "tool_call_id"), ANSWER), GOOD_CALL),
    ("E1001", shows("data:image/png;base64,iVBOR*w"), shows(data(PNG))),
    ("E1001", shows(data(b"text")), shows(data(PNG))),
    ("E1002", asks([PHOTO] * 65), asks([PHOTO] * 64)),
    ("E1003", shows("https://example.com/a.jpg", detail="ultra"), asks([PHOTO])),
    ("W1004", shows(data(PNG, "image/jpeg")), shows(data(PNG))),
    ("E1005", shows(data(b"BM", "image/bmp")), shows(data(b"RIFF", "image/webp"))),
    ("E1005", shows("https://example.com/a.heic"), shows("https://example.com/a.heic/b")),
    ("E1006", says([PHOTO]), asks([PHOTO])),
    ("E1007", shows("./fotos/playa.jpg"), asks([PHOTO])),
    ("E1007", shows("http://192.168.1.7/a.png"), shows("http://192.0.2.7/a.png")),
    ("E1007", shows(None), asks([PHOTO])),
]  # fmt: skip
PAIRS: list[tuple[str, object, object]] = [
    ("E1102", pair(bad=[]), pair()),
    ("E1102", pair(bad=[{"role": "assistant", "content": " "}]), pair()),
    ("E1103", pair(bad=[{"role": "assistant", "content": "No.  ¿Vas pronto?"}]), pair()),
    ("E1103", pair([USER], [calls()], [calls()]), pair([USER], [calls()], [calls("{}")])),
    ("E1104", pair([USER, ANSWER]), pair([USER, ANSWER, USER])),
    ("E1104", pair([]), pair()),
    ("E1105", without(pair(), "preferred_output"), pair()),
    ("E1106", pair([USER], [ANSWER, ANSWER]), pair([USER], [calls(), RESULT, ANSWER])),
    ("E1107", pair([USER], [USER]), pair()),
    ("E1107", pair([USER], [RESULT]), pair([USER], [calls(), RESULT, ANSWER])),
    ("E1108", pair([USER], "Sí."), pair()),
    ("E1108", pair() | {"input": []}, pair()),
    ("E1109", chat(USER, ANSWER), pair()),
    ("E306", pair([{"role": "bot", "content": "Hola"}, USER]), pair()),
]  # fmt: skip
QUESTIONS: list[tuple[str, object, object]] = [
    ("E1201", chat(USER, ANSWER, reference="no"), chat(USER, ANSWER, USER, reference="no")),
    ("E1202", chat(USER), chat(USER, reference="no", id=7)),
    ("E1202", chat(USER, reference=""), chat(USER, reference=False)),
]  # fmt: skip


def found(path: Path, rows: list[str], row: object) -> set[str]:
    """The codes of the findings on a row that comes after others of a file."""
    file = write(path / "training.jsonl", *rows, json.dumps(row, ensure_ascii=False))
    report = check([file], Options(extend_select=tuple(PROFILES["openai"])))
    return {one.code for one in report.findings if one.line == len(rows) + 1}


@pytest.mark.parametrize(("code", "bad", "near_miss"), CHATS)
def test_conversations(tmp_path: Path, code: str, bad: object, near_miss: object) -> None:
    assert code in found(tmp_path, good_rows(12), bad)
    assert code not in found(tmp_path, good_rows(12), near_miss)


@pytest.mark.parametrize(("code", "bad", "near_miss"), PAIRS)
def test_pairs_of_answers(tmp_path: Path, code: str, bad: object, near_miss: object) -> None:
    rows = [json.dumps(pair([{"role": "user", "content": f"¿{n}?"}])) for n in range(12)]
    assert code in found(tmp_path, rows, bad)
    assert code not in found(tmp_path, rows, near_miss)


@pytest.mark.parametrize(("code", "bad", "near_miss"), QUESTIONS)
def test_questions_for_a_grader(tmp_path: Path, code: str, bad: object, near_miss: object) -> None:
    rows = [
        json.dumps(chat({"role": "user", "content": f"¿{n}?"}, reference="x")) for n in range(12)
    ]
    assert code in found(tmp_path, rows, bad)
    assert code not in found(tmp_path, rows, near_miss)


@pytest.mark.parametrize(
    ("code", "row"),
    [("E1009", asks([PHOTO] * 11)), ("E1010", pair([asks([PHOTO])["messages"][0]]))],
)
def test_what_only_openai_refuses_is_asked_for(tmp_path: Path, code: str, row: object) -> None:
    path = write(tmp_path / "training.jsonl", *[json.dumps(row)] * 2)
    for profile, expected in (("azure", False), ("openai", True)):
        report = check([path], Options(profile=profile))
        assert (code in report.by_rule) is expected


def test_a_good_row_of_each_kind_is_silent(tmp_path: Path) -> None:
    for row in (chat(SYSTEM, USER, ANSWER), GOOD_CALL, asks([PHOTO])):
        assert found(tmp_path, good_rows(60), row) == set()


def test_every_rule_on_rows_has_an_example() -> None:
    shown = {code for code, *_ in (*CHATS, *PAIRS, *QUESTIONS)} | {
        "E1009",
        "E1010",
        "W1101",
        "E315",
    }
    families = {"3", "4", "5", "10", "11", "12"}
    assert {code for code, one in RULES.items() if one.family in families} == shown
