"""A rule earns its place: verdicts on what it reports about public files, and good files."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.tunelint import judging
from tests.tunelint.judging import Firing, Judged
from tunelint.check import check
from tunelint.rule import RULES, Rule

GOOD = sorted((Path(__file__).parent / "good").glob("*.jsonl"))

needs_corpora = pytest.mark.skipif(
    not judging.CORPORA.is_dir(), reason="the public files are kept beside the repository"
)


@pytest.fixture(scope="module")
def judged() -> dict[str, Judged]:
    return judging.load()


@pytest.fixture(scope="module")
def fired() -> dict[str, list[Firing]]:
    return judging.by_rule(judging.firings(judging.corpora()))


def _wrong(rules: Iterable[Rule], judged: dict[str, Judged]) -> dict[str, str]:
    reasons = {one.code: judging.refusal(one, judged.get(one.code, Judged())) for one in rules}
    return {code: reason for code, reason in reasons.items() if reason}


def test_every_rule_that_reports_by_default_earns_its_place(judged: dict[str, Judged]) -> None:
    """98 % of an error's findings are true; 60 % of a warning's, and 90 % at least arguable."""
    assert _wrong(RULES.values(), judged) == {}


def test_only_opt_in_rules_have_findings_that_are_judged_false(judged: dict[str, Judged]) -> None:
    assert [code for code, one in judged.items() if one.false and not RULES[code].opt_in] == []


def test_judgements_are_about_rules_that_exist(judged: dict[str, Judged]) -> None:
    assert set(judged) <= set(RULES)


@needs_corpora
def test_the_counts_are_those_of_the_rules_today(
    judged: dict[str, Judged], fired: dict[str, list[Firing]]
) -> None:
    """`judging.py measure` was run after the last change of the rules."""
    assert {code: one.fired for code, one in judged.items() if one.fired} == {
        code: len(rows) for code, rows in fired.items()
    }


@needs_corpora
def test_every_finding_of_the_sample_is_judged(
    judged: dict[str, Judged], fired: dict[str, list[Firing]]
) -> None:
    """A rule that fires on other rows than before is read again."""
    open_ones = [
        f"{code} {one.file}:{one.line}"
        for code, rows in fired.items()
        for one in rows[: judging.SAMPLE]
        if judged.get(code, Judged()).verdict_of(one.digest) is None
    ]
    assert open_ones == []


@needs_corpora
def test_no_default_rule_fires_on_a_row_that_is_judged_false(
    judged: dict[str, Judged], fired: dict[str, list[Firing]]
) -> None:
    again = [
        f"{code} {one.file}:{one.line}"
        for code, rows in fired.items()
        for one in rows
        if not RULES[code].opt_in
        and judged.get(code, Judged()).verdict_of(one.digest) in {"false", "mended"}
    ]
    assert again == []


def test_an_error_that_is_wrong_once_in_ten_is_refused() -> None:
    error = next(one for one in RULES.values() if one.code[0] == "E" and not one.opt_in)
    rows = tuple(f"{number:016x}" for number in range(10))
    assert judging.refusal(error, Judged(10, true=rows[:9], arguable=rows[9:]))
    assert judging.refusal(error, Judged(10, true=rows)) is None


def test_a_warning_may_be_arguable_but_not_mostly() -> None:
    warning = next(one for one in RULES.values() if one.code[0] == "W" and not one.opt_in)
    rows = tuple(f"{number:016x}" for number in range(10))
    assert judging.refusal(warning, Judged(10, true=rows[:6], arguable=rows[6:])) is None
    assert judging.refusal(warning, Judged(10, true=rows[:5], arguable=rows[5:]))
    assert judging.refusal(warning, Judged(10, true=rows[:8], false=rows[8:]))


def test_there_are_good_files_of_many_kinds_and_languages() -> None:
    assert len(GOOD) >= 25


@pytest.mark.parametrize(
    "path", [*GOOD, *sorted(ROOT.glob("data/*/training.jsonl"))], ids=lambda one: one.stem
)
def test_a_good_file_is_silent(path: Path) -> None:
    """Files that people wrote with care get neither an error nor a warning."""
    loud = [one for one in check([path]).findings if one.code[0] != "I"]
    assert [(one.line, one.code, one.message) for one in loud] == []
