"""Every rule does what its page says."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.tunelint.test_check import good_rows, write
from tunelint.check import Options, check
from tunelint.explain import chosen
from tunelint.rule import RULES, Rule

ALL = chosen(None, everything=True)
OF_FILES = {"E107", "W702"}  # whose pages show more than a line
SHOWN = [one for one in ALL if one.bad.startswith(("{", "[")) and one.code not in OF_FILES]
PATTERN = re.compile(r'r"(?:[^"\\]|\\.)*"')


def codes(path: Path, rule: Rule) -> list[str]:
    options = Options(select=(rule.code,), severities=((rule.code, rule.severity),))
    return [one.code for one in check([path], options).findings]


@pytest.mark.parametrize("rule", SHOWN, ids=lambda one: one.code)
def test_the_bad_line_of_a_page_breaks_its_rule(tmp_path: Path, rule: Rule) -> None:
    of_format = rule.family in {"11", "12"}  # the file is one of pairs, or of questions
    rows = [rule.good] * 12 if of_format else good_rows(12)
    path = write(tmp_path / "training.jsonl", *rows, rule.bad)
    assert rule.code in codes(path, rule)


@pytest.mark.parametrize("rule", SHOWN, ids=lambda one: one.code)
def test_the_good_line_of_a_page_keeps_its_rule(tmp_path: Path, rule: Rule) -> None:
    if not rule.good.startswith("{"):
        pytest.skip("the page describes what is good in words")
    path = write(tmp_path / "training.jsonl", *[rule.good] * 12)
    assert codes(path, rule) == []


def test_pages_are_whole_sentences() -> None:
    for one in ALL:
        assert one.what.endswith("."), one.code
        assert one.why.endswith("."), one.code
        assert one.fix.endswith("."), one.code
        assert one.code[0] in "EWI"


def test_no_two_rules_share_a_number_or_a_name() -> None:
    assert len({one.code[1:] for one in ALL}) == len({one.name for one in ALL}) == len(RULES)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "src/tunelint/rules").glob("*.py")), ids=lambda one: one.stem
)
def test_no_pattern_is_longer_than_a_reader_can_follow(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert max((len(found[0]) for found in PATTERN.finditer(text)), default=0) <= 200


def test_a_row_of_the_pages_is_json() -> None:
    for one in SHOWN:
        if one.good.startswith("{") and "…" not in one.good:
            json.loads(one.good)
