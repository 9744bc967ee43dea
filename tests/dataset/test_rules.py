"""Each rule finds its own bad example and stays silent about its good one."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from tuneops.dataset import explain
from tuneops.dataset.findings import RULES, Rule, Severity
from tuneops.dataset.scan import Report, check
from tuneops.limits import MAX_TRAINING_FILE_BYTES

Lines = Callable[..., list[str]]
Check = Callable[..., Report]

DOCS = Path(__file__).parents[2] / "docs" / "rules.md"
OTHER_FORMATS = {"11", "12"}  # families whose lines stand in files of their own format
LINE_RULES = [
    one
    for one in explain.all_rules()
    if one.bad.startswith(("{", "[{"))
    and one.code[1:-2] not in {"1", "6", "7", "8", *OTHER_FORMATS}
]
FIRST_OF_TEXTS = 1000  # rules from here on have their fixtures in test_kinds and test_whole_files
UNTOLD = "W2008"  # most pages' lines do without the system message that the clean ones have


def _codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


def _places(report: Report) -> set[tuple[str, int]]:
    return {(one.code, one.line) for one in report.findings if one.code != UNTOLD}


@pytest.mark.parametrize("rule", LINE_RULES, ids=lambda rule: rule.code)
def test_the_bad_line_of_a_page_is_found_where_it_stands(
    rule: Rule, lines: Lines, run: Check
) -> None:
    """The example on a rule's page breaks that rule, on the line where it stands."""
    report = run([*lines()[:30], rule.bad, *lines()[30:]])
    found = [finding for finding in report.findings if finding.code == rule.code]
    assert [finding.line for finding in found] == [31]
    assert found[0].severity is rule.severity
    assert found[0].column > 0 or rule.code == "W1935"


@pytest.mark.parametrize("rule", LINE_RULES, ids=lambda rule: rule.code)
def test_the_good_line_of_a_page_is_clean(rule: Rule, lines: Lines, run: Check) -> None:
    """The good example on a rule's page breaks no rule at all."""
    report = run([*lines()[:30], rule.good, *lines()[30:]])
    assert _codes(report) <= {UNTOLD}


def test_clean_data_is_silent(lines: Lines, run: Check) -> None:
    """Clean files have no finding."""
    report = run(lines(), lines(20, start=100), ['{"prompt": "¿Adónde voy en mayo?"}'])
    assert report.findings == ()
    assert report.passed


def _with(lines: list[str], *more: str) -> bytes:
    return "".join(f"{line}\n" for line in (*lines, *more)).encode()


def _canned(lines: list[str]) -> bytes:
    same = [line.split('{"role": "assistant"')[0] for line in lines[:5]]
    answer = '{"role": "assistant", "content": "Gracias por tu consulta, ya te diremos."}]}'
    return _with(lines[5:], *(line + answer for line in same))


def _repeated_turn(line: str) -> str:
    turn = '{"role": "user", "content": "Hola"}, {"role": "assistant", "content": "¡Hola!"}'
    return line.replace("]}", f", {turn}, {turn}]}}")


FILES: dict[str, Callable[[list[str]], bytes]] = {
    "E101": lambda _: b"",
    "E102": lambda lines: "\n".join(lines).encode("latin-1") + b"\n",
    "E103": lambda lines: "\n".join(lines).encode("utf-16"),
    "E104": lambda lines: gzip.compress("\n".join(lines).encode()),
    "E105": lambda _: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    "E106": lambda lines: "\r".join(lines).encode(),
    "E107": lambda _: b"prompt,completion\nhola,hola\n",
    "E108": lambda lines: _with(lines, "<<<<<<< HEAD", "=======", ">>>>>>> main"),
    "E109": lambda lines: _with(lines, "```json"),
    "E110": lambda lines: _with(lines, '{"messages": "' + "a" * 20_000_000 + '"}'),
    "E111": lambda lines: _with(lines, "\0" * 100),
    "E112": lambda lines: _with(lines, "\ufeff" + lines[0].replace("Lima", "Roma")),
    "W113": lambda lines: _with(lines, "", lines[0].replace("Lima", "Roma")),
    "I114": lambda lines: _with(["\ufeff" + lines[0], *lines[1:]]),
    "I115": lambda lines: _with(lines, lines[0].replace("Lima", "Roma") + "\r"),
    "I116": lambda lines: _with(lines)[:-1],
    "E211": lambda lines: _with(
        lines, '{"messages": [', lines[0][14:-2].replace("Lima", "Roma"), "]}"
    ),
    "E214": lambda lines: ("[\n" + ",\n".join(lines) + "\n]\n").encode(),
    "E601": lambda lines: _with(lines[:9]),
    "W602": lambda lines: _with(lines[:10]),
    "W606": lambda lines: _with(
        lines, lines[0].replace("Lima", " ".join(f"playa{n}" for n in range(3000)))
    ),
    "W701": lambda lines: _with(lines, lines[0]),
    "W702": lambda lines: _with(lines, lines[0].replace(": ", ":").replace("ú", "\\u00fa")),
    "W703": lambda lines: _with(lines, lines[0].replace("Lima", "LIMA").replace("¿", "")),
    "W704": lambda lines: _with(lines, lines[0].replace("historias", "días")),
    "W705": _canned,
    "W706": lambda lines: _with(lines[1:], _repeated_turn(lines[0])),
}


@pytest.mark.parametrize("code", FILES)
def test_a_fault_of_a_whole_file_is_found(code: str, lines: Lines, run: Check) -> None:
    """A file with one fault has that finding and, but for information, no other."""
    report = run(FILES[code](lines()))
    assert {found for found in _codes(report) - {UNTOLD} if found[0] != "I"} | {code} == {code}
    assert code in _codes(report)


SMALL = {
    "E604": {"max_example_tokens": 30},
    "E605": {"max_example_tokens": 10},
    "E607": {"epochs": 2_000_000},
}


@pytest.mark.parametrize("code", SMALL)
def test_a_limit_is_found_when_it_is_passed(code: str, lines: Lines, run: Check) -> None:
    """A file within the limits passes, and fails when they are set below it."""
    assert code not in _codes(run(lines()))
    assert code in _codes(run(lines(), **SMALL[code]))


LEAKS = {
    "E801": lambda line: line.replace("Lima", "LIMA"),
    "W802": lambda line: line.replace("de viajes", "muy amable"),
    "W803": lambda line: line.replace("historias", "días"),
}


@pytest.mark.parametrize("code", LEAKS)
def test_a_leak_is_found_in_the_validation_file(code: str, lines: Lines, run: Check) -> None:
    """A validation example that was trained on is found, and the closest match is named."""
    report = run(lines(), [*lines(5, start=100), LEAKS[code](lines()[0])])
    assert [(one.code, one.line) for one in report.findings] == [(code, 6)]
    assert "line 1 of" in report.findings[0].message


_LONG = (
    "Oaxaca se camina despacio: empieza en el zócalo, sigue por el andador de Macedonio Alcalá "
    "hasta Santo Domingo y deja la tarde para el jardín etnobotánico, donde cada planta cuenta "
    "una historia del valle. ¿Prefieres mañanas de mercado o tardes de museo?"
)


def _about_oaxaca(answer: str) -> str:
    question = '{"role": "user", "content": "¿Qué hago en Oaxaca con un solo día libre?"}'
    return f'{{"messages": [{question}, {{"role": "assistant", "content": "{answer}"}}]}}'


def test_a_conversation_with_a_few_words_changed_is_found(lines: Lines, run: Check) -> None:
    """Near duplicates are found inside a file and across training and validation."""
    light = _about_oaxaca(_LONG.replace("valle", "lugar").replace("tardes", "noches"))
    other = lines(20, start=100)
    first = run([*lines(), _about_oaxaca(_LONG)], [*other, light])
    assert _places(first) == {("W803", 21)}
    asked = _about_oaxaca(_LONG).replace("libre", "entero")
    second = run([*lines(), _about_oaxaca(_LONG), asked], [*other, asked.replace("día", "rato")])
    assert _places(second) == {("W707", 62), ("W805", 21)}


def test_a_smoke_prompt_that_was_trained_on_is_found(lines: Lines, run: Check) -> None:
    """A smoke prompt that is a training question but for its spelling is found."""
    report = run(lines(), None, ['{"prompt": "QUÉ museos hay en Lima, plan 0"}'])
    assert [(one.code, one.line) for one in report.findings] == [("W804", 1)]


def test_a_file_over_the_size_limit_is_not_read(tmp_path: Path) -> None:
    """A file that Azure would not take gives one finding, without a look inside."""
    path = tmp_path / "training.jsonl"
    with path.open("wb") as file:
        file.truncate(MAX_TRAINING_FILE_BYTES + 1)
    assert _codes(check(path)) == {"E603"}


def test_every_rule_has_a_test() -> None:
    """No rule is without a fixture of its own here."""
    tested = {one.code for one in LINE_RULES} | {
        *FILES,
        *SMALL,
        *LEAKS,
        "W707",
        "W804",
        "W805",
        "E603",
    }
    assert {code for code in RULES if int(code[1:]) < FIRST_OF_TEXTS} <= tested


def test_the_letter_of_a_code_is_its_severity() -> None:
    """E, W and I are the only letters, and numbers are unique across them."""
    assert {one.severity for one in RULES.values()} == set(Severity)
    assert len({code[1:] for code in RULES}) == len(RULES)


def test_the_documentation_is_made_from_the_rules() -> None:
    """docs/rules.md is what `explain --all --markdown` prints."""
    assert DOCS.read_text(encoding="utf-8") == explain.markdown()
