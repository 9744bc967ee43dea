"""Every rule has a page that says what is wrong, why that matters and what to do."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.tunelint.test_check import good_rows, write
from tests.tunelint.test_texts import line_of
from tunelint.check import Options, check
from tunelint.errors import UsageError
from tunelint.explain import chosen
from tunelint.rule import RULES, Rule, find_rule, rule, selectors

ALL = chosen(None, everything=True)
MODULES = sorted((ROOT / "src/tunelint/rules").glob("*.py"))
PATTERN = re.compile(r'r"(?:[^"\\]|\\.)*"')
IN_WORDS = {"E107", "W1328"}  # of a whole file, or too long for a page
ANSWERS = [one for one in ALL if one.family in {"13", "17", "19"} and one.code not in IN_WORDS]
LINES = [one for one in ALL if one.family in {"2", "3"} and one.bad.startswith(("{", "["))]


def codes(path: Path, rule: Rule) -> list[str]:
    options = Options(select=(rule.code,), severities=((rule.code, rule.severity),))
    return [one.code for one in check([path], options).findings]


@pytest.mark.parametrize("rule", ANSWERS, ids=lambda one: one.code)
def test_the_answer_on_a_page_breaks_its_rule(tmp_path: Path, rule: Rule) -> None:
    line = line_of("¿Y eso?", "x").replace('"x"', f'"{rule.bad}"')
    assert codes(write(tmp_path / "training.jsonl", *good_rows(12), line), rule) == [rule.code]


@pytest.mark.parametrize("rule", LINES, ids=lambda one: one.code)
def test_the_line_or_message_on_a_page_breaks_its_rule(tmp_path: Path, rule: Rule) -> None:
    line = f'{{"messages": [{rule.bad}]}}' if rule.bad.startswith('{"role"') else rule.bad
    path = write(tmp_path / "training.jsonl", *good_rows(12), line)
    assert rule.code in codes(path, rule)


@pytest.mark.parametrize("rule", ALL, ids=lambda one: one.code)
def test_pages_are_whole_sentences(rule: Rule) -> None:
    assert rule.what.endswith(".")
    assert rule.why.endswith(".")
    assert rule.fix.endswith(".")
    assert rule.code[0] in "EWI"


def test_no_two_rules_share_a_number_or_a_name() -> None:
    assert len({one.code[1:] for one in ALL}) == len({one.name for one in ALL}) == len(RULES)


@pytest.mark.parametrize(
    "page",
    [
        "W701 other-name\nWhat.\nWhy.\nFix: Do.\nBad: x",
        "E701 other-name\nWhat.\nWhy.\nFix: Do.\nBad: x",
        "W9999 duplicate\nWhat.\nWhy.\nFix: Do.\nBad: x",
        "W9999 other-name\nWhat.\nWhy.\nBad: x",
        "W9999 other-name\nWhat.\nWhy.\nFix: Do.",
    ],
)
def test_a_page_that_is_taken_or_lacks_a_part_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match=r"rule|page"):
        rule(page)
    assert "W9999" not in RULES


def test_a_rule_is_found_by_code_and_name_in_any_case() -> None:
    assert find_rule("e401") is find_rule("Last-Not-Assistant") is RULES["E401"]
    with pytest.raises(UsageError, match="no rule 'last-assistant'") as refused:
        find_rule("last-assistant")
    assert "last-not-assistant" in refused.value.remedy


def test_a_selector_means_rules_or_is_refused() -> None:
    assert selectors(["E101, last-not-assistant", "15"]) == ("E101", "last-not-assistant", "15")
    with pytest.raises(UsageError):
        selectors(["E101,nonsense"])


@pytest.mark.parametrize("path", MODULES, ids=lambda one: one.stem)
def test_no_pattern_is_longer_than_a_reader_can_follow(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert max((len(found[0]) for found in PATTERN.finditer(text)), default=0) <= 200
