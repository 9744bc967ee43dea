"""What somebody hostile writes: what cannot be read keeps that thing alone."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attack import examples
from tests.cleanup import test_cleanup_guards as guards
from tuneops.azure.subscription import DeletedAccount
from tuneops.cleanup import plan_file, present
from tuneops.cleanup.facts import DELETE_AFTER, MARKED, GroupFacts
from tuneops.cleanup.plan import Plan, Subscription, plan
from tuneops.cleanup.releases import releases_of
from tuneops.tags import CREATED, EXPIRES, JOB, MANAGED_BY, PRODUCT, read_timestamp, timestamp

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cleanup.conftest import Cloud

pytestmark = pytest.mark.attack

TIMES = (
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "2026-01-01T00:00:00+00:00:00.000001",
    "\uff12\uff10\uff12\uff16-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z\x00",
    "\u202e2026-01-01T00:00:00Z",
    "9" * 256,
    "2026-W01-1T00:00:00Z",
    "NaN",
)
READ_AS_TIMES = (EXPIRES, CREATED, MARKED, DELETE_AFTER)
STALE = "rg-tuneops-stale"


def test_every_text_is_a_time_in_utc_or_none() -> None:
    """A time can be written, compared and counted on from wherever it came."""
    for text in TIMES:
        moment = read_timestamp(text)
        assert moment is None or timestamp(moment)


@pytest.mark.parametrize("name", READ_AS_TIMES)
@pytest.mark.parametrize("text", TIMES)
def test_a_strangers_times_stop_nothing(name: str, text: str) -> None:
    """The stranger's group stays, and ours goes as if the other were not there."""
    stranger = guards.group("rg-tuneops-theirs", tags={"managed-by": "them", name: text})
    ours = guards.group(STALE)
    made = planned(stranger, ours)
    assert {row.name: row.action for row in made.groups} == {
        "rg-tuneops-theirs": "keep",
        STALE: "delete",
    }


@pytest.mark.parametrize("text", TIMES)
def test_a_malformed_expiry_on_the_local_azure(cloud: Cloud, text: str) -> None:
    """As above with real tags, from the list of groups to the issue."""
    cloud.send(
        "PATCH",
        cloud.path("rg-payroll") + "?api-version=2025-04-01",
        {"tags": dict.fromkeys(READ_AS_TIMES, text)},
    )
    cloud.group(STALE)
    made = cloud.plan()
    assert [row.name for row in made.rows("delete")] == [STALE]
    assert cloud.apply(made)[STALE].result == "deleted"


TEXTS = st.one_of(st.sampled_from(TIMES), st.text(max_size=256), st.just(guards.at(-guards.DAY)))
TAGS = st.dictionaries(
    st.one_of(
        st.sampled_from([*READ_AS_TIMES, MANAGED_BY, PRODUCT, JOB]),
        st.text(max_size=20),
    ),
    TEXTS,
    max_size=8,
)
SECONDS = st.one_of(
    st.integers(), st.sampled_from([0, -1, 10**12, 10**18, -(10**18), 2**63, 253402300799])
)


@settings(max_examples=examples(60), deadline=None, database=None)
@given(TAGS, TAGS, SECONDS, TEXTS)
def test_whatever_strangers_write_ours_goes_and_theirs_stays(
    group_tags: dict[str, str], inner_tags: dict[str, str], seconds: int, text: str
) -> None:
    """Any tags on a stranger's group, any tags and times inside an account of ours."""
    group_tags |= {MANAGED_BY: "them"}
    stranger = guards.group("rg-tuneops-theirs", tags=group_tags)
    found = replace(guards.deployment("odd"), tags=inner_tags)
    account = guards.inside(
        found,
        files=(guards.file(created=seconds),),
        jobs=(guards.job("new"), guards.job(created=seconds, finished=seconds, suffix=text)),
        calls={"odd": math.nan},
    )
    place = replace(
        guards.group("rg-tuneops-account", tags=guards.stale_tags() | {"tuneops-protect": ""}),
        accounts=(account,),
    )
    deleted = DeletedAccount(replace(guards.ACCOUNT, tags=inner_tags), _read(text), _read(text))
    made = planned(stranger, place, guards.group(STALE), deleted=(deleted,))
    assert [row.name for row in made.rows("delete")] == [STALE]
    assert present.issue(made).encode()
    assert present.of_plan(made)


def planned(*groups: GroupFacts, deleted: tuple[DeletedAccount, ...] = ()) -> Plan:
    accounts = [account for facts in groups for account in facts.accounts]
    releases = releases_of(accounts, guards.NOW)
    found = Subscription(guards.SUBSCRIPTION, groups, releases, deleted)
    return plan(found, guards.POLICY, guards.NOW)


def _read(text: str) -> Any:  # noqa: ANN401 - a moment or None
    return read_timestamp(text)


@settings(max_examples=examples(40), deadline=None, database=None)
@given(tags=TAGS)
def test_a_plan_of_hostile_tags_can_be_read_again(
    tags: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No tag of a stranger makes the plan's file one that apply refuses."""
    path: Path = tmp_path_factory.mktemp("plan") / "plan.json"
    made = planned(guards.group("rg-tuneops-theirs", tags=tags | {"owner": "\x1b[2J"}))
    plan_file.write(made, path)
    assert plan_file.read(path) == made
