"""The comment, made of records that a stranger may have written."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attack import examples
from tunelint.explain import chosen
from tuneops.github import MAX_BODY_CHARACTERS
from tuneops.pull_request.comment import (
    NOTHING,
    OWN_WORKFLOWS,
    UNREADABLE,
    comment,
    shown_products,
)

PLAN = json.dumps({"key": "0" * 64, "trained_at": None}).encode()
EXAMINED = b'{"products": ["radio"]}'


def finding(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {
        "file": "x",
        "code": "E101",
        "severity": "error",
        "message": "m",
        "hint": "h",
        **changes,
    }


def checked(*findings: dict[str, Any], **changes: Any) -> bytes:  # noqa: ANN401 - JSON
    summary = {"passed": not findings, "errors": len(findings), "warnings": 0, "files": {}}
    return json.dumps({"findings": findings, "summary": summary, **changes}).encode()


def said(check: bytes, plan: bytes = PLAN) -> str:
    return comment(EXAMINED, {"radio": (check, plan)})


def test_a_good_record_passes_and_says_what_merging_does() -> None:
    text = comment(EXAMINED, {"radio": (checked(), PLAN)}, commit="0123456789abcdef")
    assert "✅ The data passes" in text
    assert "Merging trains" in text
    assert "\n## Data check of 0123456789ab\n" in text
    assert UNREADABLE not in text


def planned(**changes: Any) -> bytes:  # noqa: ANN401 - JSON
    sizes = {
        side: {"examples": 100, "tokens": 9000, "training_cost": cost}
        for side, cost in (("base", 3.64), ("head", 3.66))
    }
    difference = {**sizes, "added": 8, "removed": 2, "changed": 4}
    return json.dumps(json.loads(PLAN) | {"difference": difference} | changes).encode()


@pytest.mark.parametrize(
    ("check", "plan", "decision"),
    [
        (
            checked(finding(line=1), finding(line=1), finding(line=2)),
            planned(),
            "2 rows to mend before this can merge",
        ),
        (checked(finding(line=1)), b"", "1 row to mend before this can merge"),
        (checked(finding()), PLAN, "1 error to mend before this can merge"),
        (checked(), planned(), "Ready: 14 rows change, training costs 3.66 USD (+0.02)"),
        (checked(), PLAN, "Ready: merging trains a new model"),
        (
            checked(),
            planned(trained_at="1" * 40),
            "Ready, and free: this content is already trained",
        ),
        (checked(), b"{}", "Not decided: a record cannot be read"),
        (b"{}", planned(), "Not decided: a record cannot be read"),
    ],
)
def test_the_first_line_is_the_decision(check: bytes, plan: bytes, decision: str) -> None:
    assert said(check, plan).splitlines()[0] == decision


def test_each_of_several_products_has_its_decision() -> None:
    products = {"north": (checked(), PLAN), "south": (checked(finding(line=3)), PLAN)}
    head = comment(b'{"products": ["north", "south"]}', products).split("##")[0]
    assert head.split("\n\n")[:2] == [
        "north: Ready: merging trains a new model",
        "south: 1 row to mend before this can merge",
    ]


def test_a_refused_pull_request_is_not_called_ready() -> None:
    text = comment(b'{"products": ["radio"], "mixed": ["code"]}', {"radio": (checked(), PLAN)})
    assert "Ready" not in text


def test_a_decision_of_changed_workflows_stands_under_the_warning() -> None:
    text = comment(EXAMINED, {"radio": (checked(), planned())}, own_workflows=True)
    assert text.startswith(OWN_WORKFLOWS)


def test_nothing_to_tell_is_said_only_where_nothing_is_examined() -> None:
    assert NOTHING in comment(b"{}", {})
    assert NOTHING not in comment(b'{"mixed": ["code"]}', {})


@pytest.mark.attack
@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"[]",
        b'{"mixed": ["<b>"]}',
        b'{"irregular": [1]}',
        b'{"products": ["<i>"]}',
        b"{" * 9999,
    ],
)
def test_a_forged_examination_is_unreadable(record: bytes) -> None:
    text = comment(record, {"radio": (checked(), PLAN)})
    assert UNREADABLE in text
    assert "✅" not in text


@pytest.mark.attack
@pytest.mark.parametrize("broken", [b"", b"{}", b"[" * 9999, b"\xff", checked()[:-1]])
def test_one_broken_record_is_unreadable_and_the_others_are_shown(broken: bytes) -> None:
    """Several products go one by one; no old or other product's verdict stands for the broken."""
    examined = b'{"products": ["north", "radio", "south"]}'
    text = comment(examined, {"north": (checked(), PLAN), "radio": (broken, PLAN)})
    north, radio, south = text.split("### ")[1:]
    assert "✅" in north
    for product in (radio, south):
        assert UNREADABLE in product
        assert "✅" not in product


@pytest.mark.attack
def test_a_broken_plan_does_not_hide_the_verdict() -> None:
    text = said(checked(finding()), b"{}")
    assert "❌ The data does not pass" in text
    assert UNREADABLE in text


def test_every_rule_can_be_shown() -> None:
    """A record may hold a finding of any rule there is."""
    for one in chosen(None, everything=True):
        assert one.code in said(checked(finding(code=one.code, severity=str(one.severity))))


def test_findings_that_are_not_shown_are_counted() -> None:
    """The gravest come first; how many are left is said, those that were never listed too."""
    found = [finding(severity="warning", line=n, code="W701") for n in range(1, 40)]
    summary = {"passed": False, "errors": 30, "warnings": 39, "files": {}}
    text = said(checked(*found, finding(), summary=summary))
    assert text.count("| W701 |") == 19
    assert "| E101 |" in text
    assert "… and 49 more findings" in text


def test_accepted_findings_are_shown_and_counted() -> None:
    accepted = [finding(hint="Accepted by ana until 2026-12-24: a quotation") for _ in range(25)]
    text = said(checked(accepted=accepted))
    assert "✅" in text
    assert "25 findings are accepted by exceptions" in text
    assert "a quotation" in text
    assert "… and 5 more findings" in text


def test_products_that_are_not_shown_are_counted() -> None:
    examined = json.dumps({"products": [f"p{number:02}" for number in range(25)]}).encode()
    assert len(shown_products(examined)) == 20
    assert "… and 5 more products" in comment(examined, {})


@pytest.mark.attack
def test_a_record_s_text_is_never_markup() -> None:
    hostile = "<img src=x> [a](https://evil.example) @acme/all | `x`\n# big"
    text = said(checked(finding(message=hostile, file=hostile, hint=hostile)))
    assert "Merging trains" in text
    assert not [mark for mark in ("<img", "](https", "@acme", "`x`", "\n# big") if mark in text]


@pytest.mark.attack
def test_the_reader_is_warned_where_the_pull_request_made_the_records_itself() -> None:
    assert OWN_WORKFLOWS in comment(EXAMINED, {}, own_workflows=True)
    assert OWN_WORKFLOWS not in comment(EXAMINED, {})


TEXTS = st.one_of(
    st.text(max_size=30), st.sampled_from(["|" * 20_000, "\U000e0001" * 400, "\\" * 400])
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=20,
)
FINDINGS = st.lists(
    st.builds(finding, file=TEXTS, message=TEXTS, hint=TEXTS, line=st.integers(0, 10**12)),
    max_size=40,
)
SUMMARIES = st.fixed_dictionaries(
    {
        "passed": st.booleans(),
        "errors": st.integers(0, 10**12),
        "warnings": st.integers(0, 10**12),
        "files": st.dictionaries(TEXTS, st.just({"examples": 10**12, "tokens": 1}), max_size=30),
    }
)
RECORDS = st.one_of(
    st.fixed_dictionaries({"findings": FINDINGS, "accepted": FINDINGS, "summary": SUMMARIES}),
    st.fixed_dictionaries(
        {
            "products": st.lists(st.from_regex(r"\A[a-z]{1,31}\Z"), max_size=30),
            "irregular": st.lists(TEXTS, max_size=40),
            "unknown": st.lists(TEXTS, max_size=40),
            "too_large": TEXTS,
            "error": TEXTS,
        }
    ),
    VALUES,
)
BYTES = st.one_of(st.binary(max_size=30), RECORDS.map(lambda one: json.dumps(one).encode()))


@pytest.mark.attack
@settings(max_examples=examples(100))
@given(BYTES, BYTES, BYTES)
def test_whatever_the_records_hold_there_is_a_comment_that_github_takes(
    examination: bytes, check: bytes, plan: bytes
) -> None:
    """No record raises, is longer than a comment may be, or gets a mark through that acts."""
    products = shown_products(examination)
    text = comment(examination, dict.fromkeys(products, (check, plan)), commit="0" * 40)
    assert len(text) < MAX_BODY_CHARACTERS - 300
    assert "<" not in text
    assert "@a" not in text
