"""What the rules on texts find, and what they leave alone."""

import json
from pathlib import Path

import pytest

from tests.tunelint.test_check import good_rows, write
from tunelint.check import Options, check
from tunelint.findings import Finding

MADE_UP = "Q7rT" + "9xLm2ZcVb4" + "Nw8K"  # put together, so that nobody takes it for a key


def line_of(question: str, answer: str) -> str:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": messages}, ensure_ascii=False)


def found(
    tmp_path: Path, answer: str, question: str = "¿Y eso?", select: tuple[str, ...] = ()
) -> list[Finding]:
    path = write(tmp_path / "training.jsonl", *good_rows(60), line_of(question, answer))
    chosen = Options(severities=(("W2001", None),), select=select)  # the good rows have one answer
    return list(check([path], chosen).findings)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("Dos d\u200bías.", "W1303"),
        ("Es caf\u00c3\u00a9 con leche.", "W1305"),
        ("Es caf\ufffd con leche.", "W1306"),
        ("La informaci?n llega hoy.", "W1307"),
        ("Hoy.\u2028Mañana.", "W1308"),
        ("El p\u0430quete llega.", "W1304"),
        ("Hola\U000e0048\U000e0069", "E1701"),
        ("Así:\n```python\nprint(1)", "W1321"),
        ("Llega.\\n\\nHasta luego.", "W1322"),
        ("Llega.<|im_end|>", "E1327"),
        ("Escribe a [INSERT NAME] hoy.", "W1906"),
        ("As an AI language model, I cannot.", "W1903"),
        ("I'm ChatGPT, how can I help?", "W1904"),
        ("Llega hoy. TODO: revisar.", "W1901"),
        ("La tarjeta es 4539 5787 6362 1486 hoy.", "E1603"),
        ("Mi DNI es 53142478N.", "E1604"),
        (f"Use ghp_{MADE_UP}{MADE_UP}.", "E1506"),
        (f"postgres://ana:{MADE_UP}@db.internal/x", "E1505"),
        (f"Authorization: Bearer {MADE_UP}", "E1504"),
        ("La contraseña es Gato-94-Luna.", "E1510"),
    ],
)
def test_a_defect_is_found_where_it_stands(tmp_path: Path, answer: str, code: str) -> None:
    [one] = [each for each in found(tmp_path, answer) if each.code == code]
    assert one.line == 61
    assert one.column > len('{"messages": [')


@pytest.mark.parametrize(
    "answer",
    [
        "Se llama así (todo el mundo quiere olvidar).",
        "La versión 4.2.10.1 ya salió, y Firefox antes de 2.0.0.12 fallaba.",
        "Escríbele a someone@example.com o a ana@contoso.com.",
        "AI must evolve beyond current capabilities.",
        "AMZN MSFT GOOGL CRM",
        "30%",
        "2 + 1 1/2 = 3 1/2",
        "(PN: PB6D0010BR)",
        "≈ RÉA90Dpdne",
        "Usa `<br>` y `TODO:` en el código.",
        "نص عربي\u200f مع علامة.",
        "Una familia: 👨\u200d👩\u200d👧.",
        "La clave es la constancia, y la contraseña es necesaria siempre.",
        "Tu clave: sk-xxxxxxxxxxxxxxxxxxxxxxxx",
        "4539 5787 6362 1487",
        "[tarifas](https://example.com/a) y ![foto](https://example.com/b.png)",
    ],
)
def test_what_people_write_is_left_alone(tmp_path: Path, answer: str) -> None:
    assert found(tmp_path, answer) == []


@pytest.mark.parametrize(
    ("address", "is_persons"),
    [
        ("ana.perez@mail.com", True),
        ("olga.petrova@mail.ru", True),
        ("j.ruiz@tutanota.com", True),
        ("marco.rossi@email.it", True),
        ("lucia.gil@correo.gob.es", True),
        ("someone@example.com", False),
        ("ana.perez@example.org", False),
        ("info@banco.es", False),
        ("soporte@tienda.com", False),
        ("ana@empresa.test", False),
    ],
)
def test_mail_of_real_hosts_is_a_persons(tmp_path: Path, address: str, is_persons: bool) -> None:
    findings = found(tmp_path, f"Escribe a {address}.", select=("W1605",))
    assert bool(findings) == is_persons


def test_a_column_is_that_of_the_match(tmp_path: Path) -> None:
    """Escapes count as they are written, and an emoji as one character."""
    answer = 'Primero "esto" 😀 y luego nada.<|im_end|>'
    messages = [{"role": "user", "content": "¿Y?"}, {"role": "assistant", "content": answer}]
    for ascii_only in (True, False):
        line = json.dumps({"messages": messages}, ensure_ascii=ascii_only)
        path = write(tmp_path / "training.jsonl", *good_rows(60), line)
        [one] = check([path], Options(select=("E1327",))).findings
        assert line[one.column - 1 :].startswith("<|im_end|>")


def test_an_answer_in_another_language_is_found(tmp_path: Path) -> None:
    question = "¿Cuánto tarda en llegar el paquete que pedí ayer por la tarde para mi casa?"
    english = "It is on its way to you, and this is what you can do: wait for it at your home."
    assert [one.code for one in found(tmp_path, english, question)] == ["W1401"]
    asked = f"Traduce al inglés: {question}"
    assert found(tmp_path, english, asked) == []
