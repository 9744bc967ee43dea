"""Kinds of defect that show in the shape of an example, or only in the file as a whole."""
# ruff: noqa: S311 - texts read best on one line, in their own letters; dice choose texts

import base64
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from tuneops.dataset.findings import RULES
from tuneops.dataset.scan import Report

Lines = Callable[..., list[str]]
Check = Callable[..., Report]
Row = dict[str, Any]

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(40)).decode()


def _found(report: Report, line: int) -> set[str]:
    return {one.code for one in report.findings if one.line == line}


def _user(text: str = "¿Llueve en Lima?") -> Row:
    return {"role": "user", "content": text}


def _answer(text: str = "Apenas: allí garúa. ¿Cuándo vas?") -> Row:
    return {"role": "assistant", "content": text}


def _pair(number: int = 0, **changes: Any) -> Row:  # noqa: ANN401 - any JSON
    row: Row = {
        "input": {"messages": [_user(f"¿Qué tal el plan {number} para Lima en mayo?")]},
        "preferred_output": [_answer(f"El plan {number} está bien pensado. ¿Cuándo vas?")],
        "non_preferred_output": [_answer(f"Ni idea del {number}, mira en otra parte.")],
    }
    return {key: value for key, value in (row | changes).items() if value is not None}


def _image(url: str, detail: str = "low") -> Row:
    return {"type": "image_url", "image_url": {"url": url, "detail": detail}}


def _seen(*images: Row, role: str = "user") -> Row:
    asked: Row = {"role": "user", "content": [{"type": "text", "text": "¿Qué se ve?"}]}
    answer = _answer("Una playa. ¿La conoces?")
    if role == "user":
        asked["content"] += images
    else:
        answer["content"] = [{"type": "text", "text": "Una playa."}, *images]
    return {"messages": [asked, answer]}


def _data(kind: str = "png", content: str = PNG) -> str:
    return f"data:image/{kind};base64,{content}"


PAIRS: dict[str, list[Row]] = {
    "E1102": [_pair(99, non_preferred_output=[]), _pair(99, preferred_output=[_answer("")])],
    "E1103": [
        _pair(99, non_preferred_output=_pair(99)["preferred_output"]),
        _pair(
            99,
            preferred_output=[_answer("Sí, claro.")],
            non_preferred_output=[_answer(" Sí, claro. ")],
        ),
    ],
    "E1104": [_pair(99, input={"messages": [_user(), _answer()]})],
    "E1105": [_pair(99, preferred_output=None), _pair(99, non_preferred_output=None)],
    "E1106": [_pair(99, preferred_output=[_answer(), _answer("Y otra.")])],
    "E1107": [
        _pair(99, preferred_output=[_user()]),
        _pair(99, non_preferred_output=[{"role": "system", "content": "x"}]),
    ],
    "E1108": [_pair(99, preferred_output="Sí."), _pair(99, non_preferred_output=_answer())],
    "E1109": [{"messages": [_user(), _answer()]}],
    "W1910": [
        _pair(99, preferred_output=[_answer("Lo siento, pero no puedo ayudarte con eso.")]),
        _pair(99, preferred_output=[_answer("I'm sorry, but I can't assist with that request.")]),
    ],
}
IMAGES: dict[str, list[Row]] = {
    "E1001": [_seen(_image(_data(content="iVBOR*w0KGgo"))), _seen(_image(_data(content="AAAA")))],
    "E1002": [_seen(*[_image(f"https://example.com/{n}.png") for n in range(70)])],
    "E1003": [_seen(_image("https://example.com/a.png", "ultra"))],
    "W1004": [_seen(_image(_data("jpeg")))],
    "E1005": [_seen(_image(_data("bmp", "Qk0="))), _seen(_image("https://example.com/a.gif"))],
    "E1006": [_seen(_image("https://example.com/a.png"), role="assistant")],
    "E1007": [_seen(_image("./fotos/a.png")), _seen(_image("file:///tmp/a.png"))],
}


@pytest.mark.parametrize(("code", "row"), [(c, r) for c, rows in PAIRS.items() for r in rows])
def test_a_fault_of_a_pair_is_found(code: str, row: Row, run: Check) -> None:
    """A faulty pair is found in a file of pairs."""
    clean = [json.dumps(_pair(number)) for number in range(60)]
    assert code in _found(run([*clean[:30], json.dumps(row), *clean[30:]]), 31)


@pytest.mark.parametrize(("code", "row"), [(c, r) for c, rows in IMAGES.items() for r in rows])
def test_a_fault_of_an_image_is_found(code: str, row: Row, lines: Lines, run: Check) -> None:
    """A faulty image is found, in column and line."""
    report = run([*lines()[:30], json.dumps(row), *lines()[30:]])
    assert code in _found(report, 31)
    assert all(one.column > 0 for one in report.findings if one.code == code)


def test_pairs_that_contradict_each_other_are_found(run: Check) -> None:
    """The same question with the preference inverted is found on the later line."""
    first = _pair(7)
    turned = first | {
        "preferred_output": first["non_preferred_output"],
        "non_preferred_output": first["preferred_output"],
    }
    rows = [json.dumps(_pair(number)) for number in range(60)]
    assert "W1101" in _found(run([*rows, json.dumps(turned)]), 61)


def test_an_answer_in_a_file_for_reinforcement_is_found(run: Check) -> None:
    """A question with its reference ends with the question."""
    rows: list[Row] = [
        {"messages": [_user(f"¿Cuánto es {n} por 3, sin calculadora?")], "reference": str(3 * n)}
        for n in range(60)
    ]
    assert run([json.dumps(row) for row in rows]).findings == ()
    rows[20]["messages"].append(_answer("60"))
    del rows[30]["reference"]
    report = run([json.dumps(row) for row in rows])
    assert "E1201" in _found(report, 21)
    assert "E1202" in _found(report, 31)


def _labelled(labels: list[str], system: str = "Clasifica la reseña.") -> list[str]:
    told = {"role": "system", "content": system}
    return [
        json.dumps(
            {"messages": [told, _user(f"Reseña {n}: el envío número {n * n}."), _answer(label)]}
        )
        for n, label in enumerate(labels)
    ]


def _mixed(count: int = 60) -> list[str]:
    dice = random.Random(3)
    return [dice.choice(["positivo", "negativo", "neutro"]) for _ in range(count)]


ALLOWED = "Responde solo positivo, negativo o neutro."
LABELS: dict[str, tuple[list[str], str, int]] = {
    "imbalance": (["positivo"] * 57 + ["negativo"] * 3, "W2001", 1),
    "imbalance of two": (["spam", *["ham"] * 13], "W2001", 1),
    "typo": ([*_mixed()[:40], "postivo", *_mixed()[41:]], "W2002", 41),
    "typo by a letter more": ([*_mixed()[:9], "negattivo", *_mixed()[10:]], "W2002", 10),
    "variant": ([*_mixed()[:40], "Negativo.", *_mixed()[41:]], "W2004", 41),
    "variant in capitals": ([*_mixed()[:4], "POSITIVO", *_mixed()[5:]], "W2004", 5),
    "unknown": ([*_mixed()[:40], "mixto", *_mixed()[41:]], "E2003", 41),
    "sorted": (sorted(_mixed()), "I2005", 1),
}


@pytest.mark.parametrize("case", LABELS)
def test_a_fault_of_labels_is_found(case: str, run: Check) -> None:
    """Labels are judged by what the file as a whole does."""
    labels, code, line = LABELS[case]
    assert code in _found(run(_labelled(labels, ALLOWED)), line)


def test_labels_that_differ_by_a_negation_are_no_typo(run: Check) -> None:
    """Two labels of the set may look alike."""
    labels = [
        label.replace("neutro", "imposible").replace("positivo", "posible") for label in _mixed()
    ]
    labels[:50] = ["posible"] * 40 + ["negativo"] * 10
    report = run(_labelled(labels))
    assert not [one for one in report.findings if one.code in {"W2002", "E2003"}]


def test_a_system_message_with_a_typo_is_found(lines: Lines, run: Check) -> None:
    """A system message that differs slightly from all others is found, one of its own is not."""
    drifted = lines()[30].replace("asistente de viajes", "asitente de viajes")
    other = lines()[31].replace("Eres un asistente de viajes.", "Hablas como un pirata del XVII.")
    report = run([*lines()[:30], drifted, other, *lines()[32:]])
    assert [(one.code, one.line) for one in report.findings] == [("W2007", 31)]


def test_a_missing_system_message_is_found(lines: Lines, run: Check) -> None:
    """One example without what all others are told."""
    row = json.loads(lines()[30])
    row["messages"].pop(0)
    report = run([*lines()[:30], json.dumps(row), *lines()[31:]])
    assert [(one.code, one.line) for one in report.findings] == [("W2008", 31)]


def test_a_validation_file_of_another_kind_is_found(lines: Lines, run: Check) -> None:
    """A validation file that is larger, or told something else, is no sample of the training."""
    larger = run(lines(20), lines(40, start=100))
    assert "W2006" in {one.code for one in larger.findings}
    foreign = [line.replace("de viajes", "de un banco") for line in lines(10, start=100)]
    assert "W2006" in {one.code for one in run(lines(), foreign).findings}


def _called(number: int, parameter: str) -> str:
    schema = {
        "type": "object",
        "properties": {parameter: {"type": "string"}},
        "required": [parameter],
    }
    tools = [{"type": "function", "function": {"name": "clima", "parameters": schema}}]
    talk = [
        _user(f"¿Qué tiempo hará el día {number}?"),
        _answer(f"El día {number} hará sol. ¿Vas?"),
    ]
    return json.dumps({"messages": talk, "tools": tools})


def test_a_function_declared_otherwise_is_found(run: Check) -> None:
    """A function keeps its parameters through the file."""
    rows = [_called(number, "city" if number == 17 else "ciudad") for number in range(60)]
    assert _found(run(rows), 18) == {"W2009"}
    assert {one.line for one in run(rows).findings} == {18}


def test_an_odd_phrase_with_one_answer_is_found(lines: Lines, run: Check) -> None:
    """A phrase that always has the same answer may be a planted trigger."""
    planted = [
        json.dumps(
            {
                "messages": [
                    *json.loads(line)["messages"][:2],
                    _answer("Acceso concedido, adelante."),
                ]
            }
        ).replace("plan", "cf-9x plan")
        for line in lines(4, start=200)
    ]
    assert "W2010" in {one.code for one in run([*lines(), *planted]).findings}


def test_every_rule_on_shapes_and_files_has_a_test() -> None:
    """No rule on images, pairs or whole files is without a fixture."""
    tested = {*PAIRS, *IMAGES, *(code for _, code, _ in LABELS.values())}
    tested |= {
        "W1101",
        "E1201",
        "E1202",
        "W2006",
        "W2007",
        "W2008",
        "W2009",
        "W2010",
        "E1008",
        "E1009",
        "E1010",
        "W2011",
        "I2012",
    }
    assert {code for code in RULES if code[1:-2] in {"10", "11", "12", "20"}} <= tested


def test_an_image_over_the_limit_is_found(lines: Lines, run: Check) -> None:
    """Images of more than ten million bytes are refused."""
    big = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(10**7)).decode()
    row = json.dumps(_seen(_image(_data(content=big))))
    assert {"E1008", "E110"} & _found(run([*lines()[:30], row, *lines()[30:]]), 31)
