"""What rows repeat of one another, leak, and show together."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tunelint.test_check import good_rows, write
from tunelint.check import Options, check
from tunelint.findings import Finding, Report


def row(question: object, answer: object = "Claro, ahora mismo te lo cuento todo.") -> str:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": messages}, ensure_ascii=False)


def image(name: str) -> list[dict[str, Any]]:
    address = {"url": f"https://example.com/{name}.png"}
    return [{"type": "text", "text": "¿Qué se ve?"}, {"type": "image_url", "image_url": address}]


def of(report: Report, code: str) -> list[Finding]:
    return [one for one in report.findings if one.code == code]


def lines(report: Report, code: str) -> list[int]:
    return [one.line for one in of(report, code)]


def checked(path: Path, *rows: str, **options: Any) -> Report:  # noqa: ANN401 - as Options
    return check([write(path / "training.jsonl", *rows)], Options(**options))


def test_a_repeated_row_is_told_in_the_strictest_sense(tmp_path: Path) -> None:
    first = row("¿Qué ver en Lima?")
    report = checked(
        tmp_path,
        first,
        first,
        first.replace(": ", ":"),
        row("que ver, en LIMA"),
        row("¿Y en Quito?"),
    )
    assert [lines(report, code) for code in ("W701", "W702", "W703")] == [[2], [3], [4]]
    assert [one.line for one in of(report, "W703")[0].related] == [1]


def test_the_same_conversation_with_other_facts_beside_it_is_told_as_that(tmp_path: Path) -> None:
    """Nothing is said of spelling where only a key beside the messages differs."""
    rows = [json.dumps(json.loads(row("¿Qué ver en Lima?")) | {"id": number}) for number in (1, 2)]
    [found] = of(checked(tmp_path, *rows), "W703")
    assert "spelling" not in found.message
    assert "beside" in found.message


def question(reference: object, **fields: object) -> str:
    messages = [{"role": "user", "content": "¿Cuánto son 7 y 5?"}]
    return json.dumps({"messages": messages, "reference": reference} | fields)


def test_a_question_with_two_references_is_a_conflict(tmp_path: Path) -> None:
    report = checked(tmp_path, question("12"), question("13"))
    [found] = of(report, "W704")
    assert (found.line, found.related[0].line) == (2, 1)
    assert "'reference'" in found.message


def test_a_question_with_one_reference_and_two_ids_is_none(tmp_path: Path) -> None:
    report = checked(tmp_path, question("12", id=1), question("12", id=2))
    assert lines(report, "W704") == []


def test_prompts_with_different_images_are_different(tmp_path: Path) -> None:
    report = checked(tmp_path, row(image("a"), "Un gato."), row(image("b"), "Un perro."))
    assert lines(report, "W704") == []
    report = checked(tmp_path, row(image("a"), "Un gato."), row(image("a"), "Un perro."))
    assert lines(report, "W704") == [2]


def test_unknown_parts_of_content_are_compared(tmp_path: Path) -> None:
    parts = [[{"type": "text", "value": word}] for word in ("hola", "adiós")]
    report = checked(tmp_path, *(row(part) for part in parts))
    assert lines(report, "W703") == []


def test_images_are_counted_beside_the_tokens(tmp_path: Path) -> None:
    report = checked(tmp_path, *(row(image(str(number))) for number in range(3)))
    [numbers] = report.statistics.values()
    assert numbers.images == 3


def test_a_few_changed_words_are_a_near_duplicate(tmp_path: Path) -> None:
    answer = (
        "Sal temprano hacia el puerto, desayuna en el mercado viejo, cruza el puente de madera "
        "y sube despacio hasta el mirador; al bajar, date un baño en la cala pequeña."
    )
    other = answer.replace("despacio", "sin prisa").replace("pequeña", "escondida")
    rows = [row("¿Qué hago el domingo en la isla?", answer), *good_rows(12)]
    report = checked(
        tmp_path, *rows, row("¿Qué hago el domingo en la isla?", other), extend_select=("W707",)
    )
    [found] = of(report, "W707")
    assert (found.line, found.related[0].line) == (14, 1)
    assert "¿Qué hago el domingo" in found.message


@pytest.mark.parametrize(
    "question",
    [
        "Classify the sentiment of this review: the {} was {} and I would {} come back here",
        "Using the numbers {0}, {1} and {2}, write an equation that equals {0}{1}, step by step",
    ],
)
def test_a_template_that_all_rows_share_makes_no_duplicates(tmp_path: Path, question: str) -> None:
    words = ["soup", "room", "view", "coat", "film", "boat", "song", "tram", "fair", "park", "pool"]
    rows = [row(question.format(one, one[::-1], len(one) + at), "positive")
            for at, one in enumerate(words)]  # fmt: skip
    report = checked(tmp_path, *rows, extend_select=("W707",))
    assert lines(report, "W707") == []


def test_a_leak_is_placed_on_both_lines(tmp_path: Path) -> None:
    training = write(tmp_path / "training.jsonl", *good_rows(12))
    validation = write(tmp_path / "validation.jsonl", row("¿Y en Quito?"), good_rows(12)[6])
    report = check([training], Options(validation=(validation,)))
    places = {(Path(one.file).name, one.line) for one in of(report, "E801")}
    assert places == {("training.jsonl", 7), ("validation.jsonl", 2)}
    assert not report.passed


def test_the_same_question_in_both_files_is_a_warning(tmp_path: Path) -> None:
    training = write(
        tmp_path / "training.jsonl",
        *good_rows(8),
        row("¿Y en Quito?", "Allí, sol."),
        row("¿Y en Lima?"),
        row("¿Y en Cuzco?"),
    )
    validation = write(tmp_path / "validation.jsonl", row("¿y en quito?", "Allí llueve."))
    report = check([training], Options(validation=(validation,)))
    assert {one.code for one in report.findings if one.severity != "info"} == {"W803"}


def test_a_smoke_prompt_that_is_trained_on(tmp_path: Path) -> None:
    training = write(tmp_path / "training.jsonl", *good_rows(12))
    prompts = write(tmp_path / "prompts.jsonl", '{"prompt": "¿Hola, 5?"}', '{"prompt": "¿Y hoy?"}')
    report = check([training], Options(smoke_prompts=(prompts,)))
    assert [(one.line, one.related[0].line) for one in of(report, "W804")] == [(1, 6)]


def test_a_file_of_pairs_that_contradict_each_other(tmp_path: Path) -> None:
    def pair(good: str, bad: str) -> str:
        asked = {"messages": [{"role": "user", "content": "¿Llueve?"}]}
        outputs = [[{"role": "assistant", "content": one}] for one in (good, bad)]
        names = ("preferred_output", "non_preferred_output")
        return json.dumps({"input": asked} | dict(zip(names, outputs, strict=True)))

    report = checked(tmp_path, pair("Sí.", "No."), pair("No.", "Sí."))
    assert lines(report, "W1101") == [2]


def test_long_rows_do_not_hide_the_format(tmp_path: Path) -> None:
    """The format is that of whole rows, however long the first of them is."""
    long = "x " * 60_000
    rows = [
        {"messages": [{"role": "user", "content": f"{long}{at}"}], "item": {"answer": "y"}}
        for at in range(12)
    ]
    report = checked(tmp_path, *map(json.dumps, rows))
    assert {one.code for one in report.findings} <= {"I602", "W606"}


def test_any_keys_beside_the_messages_are_a_graders(tmp_path: Path) -> None:
    rows = [
        json.dumps({"messages": [{"role": "user", "content": f"¿{n}?"}], "item": {"n": n}, "x": n})
        for n in range(12)
    ]
    assert {one.code for one in checked(tmp_path, *rows).findings} == {"I602"}


def test_two_processes_find_what_one_finds(tmp_path: Path) -> None:
    rows = [row(f"¿Qué ver en {number}?", f"Respuesta {number}.") for number in range(9_000)]
    rows[4_321] = rows[4_321].replace("assistant", "bot")
    rows[8_000] = rows[17]
    one, two = (checked(tmp_path, *rows, jobs=jobs) for jobs in (1, 2))
    assert one.findings == two.findings
    assert {(each.line, each.code) for each in one.findings} == {(4_322, "E306"), (8_001, "W701")}


def test_a_thousand_errors_are_all_listed(tmp_path: Path) -> None:
    report = checked(tmp_path, *[row("").replace("assistant", "bot")] * 1_000)
    assert len(of(report, "E306")) == report.by_rule["E306"] == 1_000
    assert report.as_dict()["summary"]["not_listed"] == 0
