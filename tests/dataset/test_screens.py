"""Screens save looks, and no finding: what they let pass is compared with a look at everything."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dataset import unscreened
from tests.dataset.test_clean_files import FILES
from tests.dataset.test_kinds import CASES, SAID
from tuneops.dataset.examples import Document, Format
from tuneops.dataset.families import examine_rows
from tuneops.dataset.proven import proven
from tuneops.dataset.rows import Rows
from tuneops.dataset.rules import duplicates
from tuneops.dataset.rules.demands import Demands
from tuneops.dataset.rules.policy import FREE, Policy
from tuneops.dataset.speech import Speech

POLICY = Policy(Demands(language="es", ends_with_question=True, recommendations=("restaurant",)))
Told = set[tuple[int, str, str]]


def _rows(lines: list[str]) -> Rows:
    rows = Rows("file", Format.SFT)
    raws = [line.encode() for line in lines]
    for number, (raw, chat) in enumerate(zip(raws, proven(raws), strict=True), 1):
        if chat.messages:
            rows.take(raw, number, 0, chat)
        else:
            rows.add(Document("file", number, 0, raw.decode(), json.loads(raw)), raw)
    return rows


def _screened(rows: Rows, policy: Policy) -> Told:
    faults = examine_rows(Speech(rows), policy)
    return {(at, fault.rule.code, fault.message) for at, fault in faults}


def _unscreened(rows: Rows, policy: Policy) -> Told:
    return {
        (at, fault.rule.code, fault.message)
        for at in range(len(rows))
        for faults in (
            unscreened.examine(rows.example(at), policy),
            duplicates.repeated_turns(rows.example(at)),
        )
        for fault in faults
    }


@pytest.mark.parametrize("policy", [FREE, POLICY], ids=["free", "policy"])
def test_screens_lose_no_defect(policy: Policy) -> None:
    """Each row that breaks a rule is found as it is without screens."""
    rows = _rows([row for _, _, row in CASES])
    assert _screened(rows, policy) == _unscreened(rows, policy)


def test_screens_find_nothing_in_clean_files() -> None:
    """What is silent without screens is silent with them."""
    for lines in FILES.values():
        rows = _rows([line for line in lines if '"messages"' in line])
        assert _screened(rows, FREE) == _unscreened(rows, FREE)


_PIECES = st.sampled_from(SAID) | st.text(min_size=1, max_size=30).filter(str.strip)
_TEXT = st.lists(_PIECES, min_size=1, max_size=4).map(" ".join)
_CHAT = st.builds(
    lambda system, turns: [
        *([{"role": "system", "content": system}] if system else []),
        *(
            {"role": role, "content": text}
            for turn in turns
            for role, text in zip(("user", "assistant"), turn, strict=True)
        ),
    ],
    st.none() | _TEXT,
    st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=3),
)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,  # the same rows each time, so that a difference can be looked at
    suppress_health_check=[HealthCheck.too_slow],
)
@given(chats=st.lists(_CHAT, min_size=1, max_size=6))
def test_screens_lose_nothing_of_rows_put_together(chats: list[list[dict[str, Any]]]) -> None:
    """Pieces of defects, put together in any way, are found as they are without screens."""
    rows = _rows([json.dumps({"messages": chat}, ensure_ascii=False) for chat in chats])
    assert _screened(rows, FREE) == _unscreened(rows, FREE)


def test_two_texts_that_touch_are_both_found() -> None:
    """A text that ends in white space hides nothing of the next, which starts with it."""
    said = ("  Sigue en pie.\n\n", "  Sigue en pie.\n\n 0")
    talk = zip(("user", "assistant"), said, strict=True)
    row = {"messages": [{"role": role, "content": text} for role, text in talk]}
    rows = _rows([json.dumps(row)])
    assert _screened(rows, FREE) == _unscreened(rows, FREE)
