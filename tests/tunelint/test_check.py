"""Files go in, a report comes out."""

from pathlib import Path

from tunelint.check import Options, check
from tunelint.rule import Severity
from tunelint.rules.answer_checks import AnswerCheck

ROW = (
    '{"messages": [{"role": "user", "content": "Hola %d"}, '
    '{"role": "assistant", "content": "¡Ey!"}]}'
)


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def good_rows(count: int) -> list[str]:
    return [ROW % number for number in range(count)]


def test_a_good_file_is_silent(tmp_path: Path) -> None:
    report = check([write(tmp_path / "training.jsonl", *good_rows(60))])
    assert report.findings == ()
    assert report.passed
    assert report.statistics[str(tmp_path / "training.jsonl")].examples == 60


def test_a_finding_has_its_place(tmp_path: Path) -> None:
    broken = ROW.replace("assistant", "bot") % 1
    path = write(tmp_path / "training.jsonl", *good_rows(60), broken)
    (finding,) = check([path]).findings
    assert (finding.line, finding.code, finding.severity) == (61, "E306", Severity.ERROR)
    assert broken[finding.column - 1 :].startswith('"bot"')


def complain(question: str, answer: str) -> str | None:
    return f"{answer} to {question}." if question == "Hola 7" else None


def test_a_check_of_answers_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "training.jsonl", *good_rows(60))
    report = check([path], Options(answer_checks=(AnswerCheck("greeting", complain),)))
    assert [(one.line, one.code) for one in report.findings] == [(8, "E1800")]
    assert not report.passed
