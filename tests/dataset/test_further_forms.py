"""Further forms of the kinds of defect, many of each: all are found, recall told by family.

The forms stand in further_forms.tsv: kind, the codes of which one must be found, the format of the
file, and the line. What stands in ⟦ ⟧ is filled in when the tests run: a common message, a
character that an editor would hide, or a number or key that must not lie in git.
"""

import base64
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from string import ascii_letters, ascii_uppercase, digits
from typing import Any

import pytest

from tuneops.dataset.findings import Severity
from tuneops.dataset.scan import Report

Check = Callable[..., Report]

FORMS = Path(__file__).with_name("further_forms.tsv")
NEAR_MISSES = Path(__file__).with_name("near_misses.tsv")
TOGETHER = 20  # forms that are tried in one file; what is missed there is tried alone
SHOP = "Eres el asistente de la tienda Verde Limón. Ayudas con pedidos y plantas."
_OF_FILES = {"7", "20"}  # families of rules that compare rows: near misses share their questions
_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_ALPHABETS = {
    "mixed": ascii_letters + digits,
    "upper": ascii_uppercase + digits,
    "hex": "0123456789abcdef",
    "digits": digits,
    "same": "A",
}
_MARK = re.compile(r"⟦([^⟦⟧]*)⟧")


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _says(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "content": content}


_TOOL = {
    "type": "function",
    "function": {
        "name": "buscar_planta",
        "description": "Busca una planta.",
        "parameters": {
            "type": "object",
            "properties": {
                "nombre": {"type": "string"},
                "altura": {"type": "integer"},
                "luz": {"type": "string", "enum": ["sol", "sombra"]},
            },
            "required": ["nombre"],
            "additionalProperties": False,
        },
    },
}
_STATE = {
    "type": "function",
    "function": {
        "name": "estado_pedido",
        "description": "Estado de un pedido.",
        "parameters": {
            "type": "object",
            "properties": {"id": {"type": "string"}},
            "required": ["id"],
        },
    },
}
_CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "buscar_planta", "arguments": '{"nombre": "ficus"}'},
}
MESSAGES: dict[str, Any] = {
    "shop": _says("system", SHOP),
    "shop_en": _says(
        "system", "You are the assistant of the Green Lemon shop. You help with orders and plants."
    ),
    "ask": _says("user", "¿Me echas una mano con lo de las macetas del balcón?"),
    "ask_en": _says("user", "Could you help me with the pots on my balcony, please?"),
    "reply": _says(
        "assistant", "Tomo nota y te contesto en un rato con lo que encuentre. ¿Te va bien?"
    ),
    "reply_en": _says(
        "assistant", "Noted, I will look into it and get back to you today. Does that work?"
    ),
    "ficus": _says("user", "¿Tenéis ficus de interior?"),
    "sizes": _says("assistant", "Sí, de dos tamaños distintos. ¿Cuál prefieres?"),
    "have": _says("user", "¿Tenéis ficus?"),
    "two": _says("assistant", "El ficus está disponible en dos tamaños. ¿Cuál prefieres?"),
    "task": _says("user", "Hola, ¿me ayudas con una duda que tengo?"),
    "bank": _says("system", "Eres el asistente del Banco Norte. Ayudas con cuentas y tarjetas."),
    "activate": _says("user", "¿Cómo activo la tarjeta nueva que me llegó ayer?"),
    "seen": {"type": "text", "text": "¿Qué planta es esta?"},
    "ficus_seen": _says("assistant", "Parece un ficus joven y bien cuidado. ¿Lo riegas mucho?"),
    "tool": _TOOL,
    "tool_2": _STATE,
    "call": {"role": "assistant", "tool_calls": [_CALL]},
    "result": {"role": "tool", "tool_call_id": "call_1", "content": '{"stock": 4}'},
    "input": {
        "messages": [
            _says("system", SHOP),
            _says("user", "¿Dónde pongo el jazmín en un piso con poca luz?"),
        ]
    },
    "preferred": [
        _says("assistant", "Cerca de una ventana al este y sin sol directo. ¿Qué orientación hay?")
    ],
    "other": [_says("assistant", "Ni idea, pregunta a otro sobre el jazmín.")],
}


def _dni(number: str) -> str:
    return number + _LETTERS[int(number) % 23]


def _nie(number: str) -> str:
    prefixed = str("XYZ".index(number[0])) + number[1:]
    return number + _LETTERS[int(prefixed) % 23]


def _iban(account: str) -> str:
    country, number = account[:2], account[2:]
    turned = "".join(str(int(c, 36)) for c in number + country + "00")
    return f"{country}{98 - int(turned) % 97:02d}{number}"


def _nuss(base: str) -> str:
    return f"{base}{int(base) % 97:02d}"


def _card(number: str) -> str:
    doubled = [int(c) * (2 - at % 2) for at, c in enumerate(reversed(number))]
    return number + str(-sum(one - 9 * (one > 9) for one in doubled) % 10)


def _jwt(algorithm: str) -> str:
    parts = [_text(one).encode() for one in ({"alg": algorithm, "typ": "JWT"}, {"sub": "ana"})]
    shown = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts]
    return ".".join([*shown, _random("mixed", 43)])


_DICE = Random(17)  # noqa: S311 - dice choose texts


def _random(alphabet: str, count: int) -> str:
    return "".join(_DICE.choice(_ALPHABETS[alphabet]) for _ in range(count))


def _fours(number: str, between: str) -> str:
    return between.join(number[at : at + 4] for at in range(0, len(number), 4))


NUMBERS: dict[str, Callable[[str], str]] = {
    "dni": _dni,
    "dni_": lambda number: _dni(number).lower(),
    "dni.": lambda n: f"{n[:2]}.{n[2:5]}.{n[5:]}-{_dni(n)[-1]}",
    "nie": _nie,
    "nie_": lambda number: _nie(number).lower(),
    "nie-": lambda n: f"{n[0]}-{n[1:]}-{_nie(n)[-1]}",
    "iban": _iban,
    "iban 4": lambda account: _fours(_iban(account), " ").lower(),
    "iban-4": lambda account: _fours(_iban(account), "-"),
    "nuss": _nuss,
    "nuss_": lambda n: f"{n[:2]} {n[2:]} {_nuss(n)[-2:]}",
    "nuss-": lambda n: f"{n[:2]}-{n[2:]}-{_nuss(n)[-2:]}",
    "card": _card,
    "card 4": lambda number: _fours(_card(number), " "),
    "card-4": lambda number: _fours(_card(number), "-"),
    "jwt": _jwt,
    "base64": lambda text: base64.b64encode(
        re.sub(r"<(\w+):(\d+)>", lambda f: _random(f[1], int(f[2])), text).encode()
    ).decode(),
}


def _filled(found: re.Match[str]) -> str:
    name, _, value = found[1].partition(":")
    if not name or name == "escaped":
        return ""
    if name in MESSAGES:
        return _text(MESSAGES[name])
    if name.startswith("U+"):
        return chr(int(name.removeprefix("U+"), 16))
    return NUMBERS[name](value) if name in NUMBERS else _random(name, int(value))


@dataclass(frozen=True)
class Form:
    kind: str
    codes: frozenset[str]
    format: str
    line: str


def _escaped(line: str) -> str:
    """The same JSON with all that users say as escapes."""
    value = json.loads(line)
    for message in value["messages"]:
        if message["role"] == "user":
            escapes = "".join(f"\\u{ord(c):04x}" for c in message["content"])
            line = line.replace(_text(message["content"]), f'"{escapes}"')
    return line


def _forms() -> Iterator[Form]:
    for row in FORMS.read_text(encoding="utf-8").splitlines():
        kind, codes, format_, line = row.split("\t")
        text = _MARK.sub(_filled, line)
        yield Form(
            kind,
            frozenset(codes.split(",")),
            format_,
            _escaped(text) if "⟦escaped:⟧" in line else text,
        )


_PLANTS = "ficus cactus romero helecho limonero jazmín bonsái geranio olivo laurel naranjo".split()  # noqa: SIM905 - a word list reads best so
_CARE = (
    ("¿Cada cuánto riego el {}?", "Toca la tierra: si está seca, riega el {} despacio. ¿Es joven?"),
    ("Al {} se le caen las hojas", "Suele ser exceso de agua; saca el {} del plato. ¿Ves manchas?"),
    ("¿Trasplanto el {} ahora?", "Sí, antes del frío; no abones el {} en invierno. ¿Te animas?"),
)  # fmt: skip


def _clean(format_: str) -> list[str]:
    """Lines of that format with nothing wrong in them."""
    pairs = [(q.format(plant), a.format(plant)) for plant in _PLANTS for q, a in _CARE]
    asked = [[_says("system", SHOP), _says("user", question)] for question, _ in pairs]
    answers = [_says("assistant", answer) for _, answer in pairs]
    other = _says("assistant", "Ni idea, míralo en otra parte.")
    made: dict[str, Callable[[int], object]] = {
        "sft": lambda at: {"messages": [*asked[at], answers[at]]},
        "rft": lambda at: {"messages": asked[at], "reference_answer": str(at % 9)},
        "dpo": lambda at: {
            "input": {"messages": asked[at]},
            "preferred_output": [answers[at]],
            "non_preferred_output": [other],
        },
    }
    return [_text(made[format_](at)) for at in range(len(pairs))]


def _missed(forms: list[Form], run: Check) -> list[Form]:
    """The forms that are not found in a file of theirs."""
    clean = _clean(forms[0].format)
    report = run([*clean[:12], *(form.line for form in forms), *clean[12:]], shown_per_rule=100)
    found = {(one.line, one.code) for one in report.findings}
    return [
        form
        for line, form in enumerate(forms, 13)
        if not any((line, code) in found for code in form.codes)
    ]


@pytest.mark.parametrize("format_", ["sft", "dpo", "rft"])
def test_every_form_is_found_on_its_line(
    format_: str, run: Check, record_property: Callable[[str, object], None]
) -> None:
    """Each kind is found in forms that its rule's page does not show, on the right line."""
    forms = [form for form in _forms() if form.format == format_]
    batches = [forms[at : at + TOGETHER] for at in range(0, len(forms), TOGETHER)]
    suspects = [form for batch in batches for form in _missed(batch, run)]
    missed = [form for form in suspects if _missed([form], run)]
    tried, lost = (Counter(form.kind.split(".")[0] for form in some) for some in (forms, missed))
    for family, number in tried.items():
        record_property(f"{format_} {family}", f"{number - lost[family]}/{number}")
        sys.stdout.write(f"recall {format_} {family}: {number - lost[family]}/{number}\n")
    assert [(form.kind, form.line) for form in missed] == []


def test_what_only_looks_like_a_fault_is_silent(run: Check) -> None:
    """Denials, quotations, codes and ordinary uses of telling words give nothing above info."""
    rows = [row.split("\t") for row in NEAR_MISSES.read_text(encoding="utf-8").splitlines()]
    clean, said = _clean("sft"), []
    for start in range(0, len(rows), TOGETHER):
        batch = rows[start : start + TOGETHER]
        report = run([*clean[:12], *(line for _, line in batch), *clean[12:]])
        loud = {
            one.line: one
            for one in report.findings
            if one.severity is not Severity.INFO and one.code[1:-2] not in _OF_FILES
        }
        said += [(row, loud[at]) for at, row in enumerate(batch, 13) if at in loud]
    assert said == []


@pytest.mark.parametrize("format_", ["sft", "dpo", "rft"])
def test_the_lines_around_the_forms_are_clean(format_: str, run: Check) -> None:
    """What is found is the form's doing: without it there is nothing to say."""
    codes = {one.code for one in run(_clean(format_)).findings}
    assert codes <= {"W602", "W707"}  # few, and made of few sentences
