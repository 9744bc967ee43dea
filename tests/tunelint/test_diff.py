"""Differences are those of content, and findings of a change are told from old ones."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.tunelint.foreign_files import PAIRS
from tests.tunelint.foreign_files import lines as json_lines
from tunelint.check import Options, check
from tunelint.diff import compare, new_findings, only_new
from tunelint.errors import UsageError
from tunelint.output.changes import diff_as_text
from tunelint.revisions import at_base
from tunelint.rule import Severity
from tunelint.rules.answer_checks import AnswerCheck


def lines(count: int, start: int = 0) -> list[str]:
    return [json.dumps(_row(number), ensure_ascii=False) for number in range(start, start + count)]


def _row(number: int) -> dict[str, list[dict[str, str]]]:
    answer = f"Hay {number} museos que merecen la pena: el más visitado queda en la plaza."
    return {
        "messages": [
            {"role": "user", "content": f"¿Qué museos hay en el barrio {number}?"},
            {"role": "assistant", "content": answer},
        ]
    }


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write(tmp_path / "base.jsonl", *lines(60))


@pytest.fixture
def head(tmp_path: Path) -> Path:
    return tmp_path / "head.jsonl"


def write(path: Path, *rows: str) -> Path:
    path.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_moved_lines_are_no_difference(base: Path, head: Path) -> None:
    found = compare(base, write(head, *lines(60)[::-1]))
    assert (found.added, found.removed, found.changed, found.findings) == ((), (), (), ())
    assert found.base == found.head
    assert found.passed


def test_a_change_is_told_from_what_comes_and_goes(base: Path, head: Path) -> None:
    """Another answer to the same question is a change; its new errors are told from old ones."""
    write(base, *lines(60), "{'old': 1}")
    now = [lines(1)[0].replace("merecen la pena", "abren el lunes"), *lines(58, 2), *lines(1, 90)]
    found = compare(base, write(head, *now, "{'old': 1}", "{'new': 1}"))
    assert [row.line for row in found.changed] == [1]
    assert [(row.line, row.question) for row in found.added] == [
        (60, "'¿Qué museos hay en el barrio 90?'")
    ]
    assert [row.line for row in found.removed] == [2]
    assert [one.line for one in found.findings] == [62]
    assert not found.passed


def test_repeated_rows_are_matched_as_often_as_they_are_there(base: Path, head: Path) -> None:
    found = compare(base, write(head, *lines(60), *lines(1)))
    assert [row.line for row in found.added] == [61]
    assert found.removed == ()


def test_both_sides_are_numbers(base: Path, head: Path) -> None:
    def complain(question: str, answer: str) -> str | None:
        return f"{answer} to {question}" if "7 museos" in answer else None

    options = Options(answer_checks=(AnswerCheck("sevens", complain),))
    side = compare(base, write(head, *lines(30)), options).head
    assert (side.examples, side.answer_words, side.policy_breaches) == (30, 14, 3)
    assert side.languages["es"] > 25
    assert side.tokens == check([head]).statistics[str(head)].tokens


def test_pairs_of_answers_are_compared_by_their_question(base: Path, head: Path) -> None:
    base.write_bytes(json_lines(*PAIRS))
    other = PAIRS[1] | {"non_preferred_output": [{"role": "assistant", "content": "Never."}]}
    head.write_bytes(json_lines(PAIRS[0], other, PAIRS[2]))
    found = compare(base, head)
    assert [row.line for row in found.changed] == [2]
    assert (found.added, found.removed) == ((), ())


def test_a_file_that_did_not_exist_is_empty(base: Path, head: Path) -> None:
    base.write_bytes(b"")
    found = compare(base, write(head, *lines(60), "{"))
    assert len(found.added) == 60
    assert found.base.examples == 0
    assert [one.line for one in found.findings] == [61]


def test_only_what_a_branch_brings_is_left(base: Path, head: Path) -> None:
    """Findings of files that were not compared stay."""
    other = write(base.parent / "other.jsonl", *lines(60, 200), "{")
    write(base, *lines(60), "{'old': 1}")
    write(head, *lines(60), "{'old': 1}", "{'new': 1}")
    report = check([head, other])
    new = only_new(report, [head], str(base))
    assert {(one.file, one.line) for one in new.findings} == {(str(head), 62), (str(other), 61)}
    assert new.by_severity[Severity.ERROR] == 2
    assert new_findings(base, head).fixed == 0
    assert new_findings(head, base).fixed == 1


def test_a_base_may_be_a_revision(head: Path) -> None:
    """The file at a commit serves as base; a word that is neither is refused."""
    write(head, *lines(60))
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (("init", "-q"), ("add", "."), (*identity, "commit", "-qm", "a")):
        subprocess.run(["git", "-C", str(head.parent), *command], check=True)  # noqa: S607 - git
    write(head, *lines(60), "{'a': 1}")
    with at_base("HEAD", head) as earlier:
        change = new_findings(earlier, head)
    assert ([one.line for one in change.new], change.fixed) == ([61], 0)
    for word in ("no", "--output=x"):
        with pytest.raises(UsageError, match="neither a file nor a revision"), at_base(word, head):
            pass


def test_the_text_has_the_numbers_and_the_rows(base: Path, head: Path) -> None:
    facts = compare(base, write(head, *lines(60, 30), "{'new': 1}")).as_dict()
    facts["base"]["training_cost"], facts["head"]["training_cost"] = 0.5, 0.25
    shown = diff_as_text(facts).splitlines()
    assert "training, US dollars                              0.5         0.25" in shown
    assert "added line 31: '¿Qué museos hay en el barrio 60?'" in shown
    assert "… and 10 more added" in shown
    assert any(line.startswith(f"new: {head}:61: E") for line in shown)
    assert shown[-1] == "30 rows added, 30 removed, 0 changed; 1 new finding, 0 gone."
    json.dumps(facts)
