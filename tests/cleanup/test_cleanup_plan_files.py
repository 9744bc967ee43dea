"""Odd plan files: any bytes and any JSON end with exit code 2 and a sentence, or delete no more."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attack import examples
from tests.cleanup import test_cleanup_guards as guards
from tuneops.cleanup import apply, plan_file
from tuneops.cleanup.plan import PLAN_VERSION, Subscription, judge, plan
from tuneops.cleanup.releases import Releases
from tuneops.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.attack

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["2026-01-01T00:00:00", "0001-01-01T00:00:00+23:59", "\ud800", "\x00", "../x"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def good() -> dict[str, Any]:
    """A plan that marks one group and deletes another, as it is written."""
    groups = (guards.group(), guards.group("rg-tuneops-y", tags=guards.without("tuneops-marked")))
    found = Subscription(guards.SUBSCRIPTION, groups, Releases())
    made = plan(found, guards.POLICY, guards.NOW)
    return plan_file.to_json(made)


def refused(content: bytes, path: Path) -> None:
    """Read as a plan, or refused with one sentence of a length that people read."""
    path.write_bytes(content)
    said = ""
    try:
        made = plan_file.read(path)
        apply.admit(made, guards.SUBSCRIPTION, guards.POLICY, guards.NOW)
    except ConfigError as error:
        said = error.message
    assert "\n" not in said
    assert len(said) < 1000


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plans") / "plan.json"


def test_the_plan_that_is_spoilt_below_is_a_plan(path: Path) -> None:
    path.write_text(json.dumps(good()), encoding="utf-8")
    apply.admit(plan_file.read(path), guards.SUBSCRIPTION, guards.POLICY, guards.NOW)


@settings(max_examples=examples(100), deadline=None, database=None)
@given(st.one_of(st.binary(max_size=300), JSON.map(lambda found: json.dumps(found).encode())))
def test_any_bytes_are_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="not a clean-up plan"):
        plan_file.read(path)


@settings(max_examples=examples(200), deadline=None, database=None)
@given(st.data())
def test_a_plan_with_any_value_in_any_place_is_read_or_refused(
    path: Path, data: st.DataObject
) -> None:
    """One value of a real plan replaced, added or left out."""
    document: Any = good()
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    if data.draw(st.booleans()):
        place[key] = data.draw(JSON)
    else:
        del place[key]
    refused(json.dumps(document).encode("utf-8", "backslashreplace"), path)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000,
        b'{"version":' * 200_000,
        b"",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b"null",
        b'{"version": 1e999}',
        b'{"version": ' + b"9" * 10_000 + b"}",
    ],
    ids=["deep list", "deep object", "empty", "utf-16", "bom", "null", "infinite", "huge"],
)
def test_what_breaks_parsers_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="not a clean-up plan"):
        plan_file.read(path)


@pytest.mark.parametrize(
    "created",
    ["2026-11-22T03:00:00", "0001-01-01T00:00:00+23:59", 0, "NaN", "9999-12-31T23:59:59Z"],
)
def test_a_plan_of_no_usable_time_is_refused(path: Path, created: object) -> None:
    path.write_text(json.dumps(good() | {"created": created}), encoding="utf-8")
    with pytest.raises(ConfigError):
        apply.admit(
            plan_file.read(path),
            guards.SUBSCRIPTION,
            guards.POLICY,
            guards.NOW + timedelta(hours=1),
        )


def test_no_more_is_read_than_a_plan_has(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text(json.dumps(good()), encoding="utf-8")
    monkeypatch.setattr(plan_file, "MAX_BYTES", 100)
    with pytest.raises(ConfigError, match="more than 100 bytes"):
        plan_file.read(path)


def test_a_plan_of_a_million_faults_is_refused_in_a_sentence(path: Path) -> None:
    rows = [{"name": "a/b"}] * 20_000
    document = good() | {"groups": rows, "version": PLAN_VERSION}
    refused(json.dumps(document).encode(), path)


def test_a_plan_made_by_hand_deletes_only_what_is_due() -> None:
    """Whatever a file says of a group, apply judges the group itself once more."""
    [row] = plan(
        Subscription(guards.SUBSCRIPTION, (guards.group(),), Releases()), guards.POLICY, guards.NOW
    ).groups
    for kept in (
        guards.group("rg-payroll", tags={}),
        guards.group(tags=guards.without("managed-by")),
        guards.group(managed_by="/aks"),
    ):
        claimed = replace(row, name=kept.group.name)
        fresh = judge(kept, Releases(), guards.POLICY, guards.NOW)
        assert any(change(claimed, fresh) for change in apply.CHANGES)
