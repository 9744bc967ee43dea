"""Which resource groups go."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneops import ownership
from tuneops.azure.resources import ResourceGroup
from tuneops.cleanup.plan import judge, plan

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def expiring(after: timedelta) -> str:
    return ownership.timestamp(NOW + after)


def tagged(tags: dict[str, str]) -> ResourceGroup:
    return ResourceGroup("rg", "swedencentral", "Succeeded", tags)


def owned(**extra: str) -> dict[str, str]:
    return {ownership.MANAGED_BY: ownership.owner(), **extra}


def test_ours_and_expired_goes() -> None:
    tags = owned(**{ownership.EXPIRES: expiring(-timedelta(hours=1))})
    assert judge(tagged(tags), NOW).action == "delete"


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({}, "not ours"),
        ({ownership.EXPIRES: expiring(-timedelta(days=9))}, "not ours"),
        ({ownership.MANAGED_BY: "terraform"}, "not ours"),
        (owned(), "meant to stay"),
        (owned(**{ownership.EXPIRES: "tomorrow"}), "not a time"),
        (owned(**{ownership.EXPIRES: "2020-01-01T00:00:00"}), "not a time"),
        (owned(**{ownership.EXPIRES: expiring(timedelta(minutes=5))}), "expires in 5 min"),
    ],
)
def test_everything_else_stays_and_says_why(tags: dict[str, str], reason: str) -> None:
    row = judge(tagged(tags), NOW)
    assert row.action == "keep"
    assert reason in row.reason


def test_a_group_that_another_resource_manages_stays() -> None:
    tags = owned(**{ownership.EXPIRES: expiring(-timedelta(hours=1))})
    managed = ResourceGroup("rg", "swedencentral", "Succeeded", tags, "/subscriptions/x/aks")
    assert judge(managed, NOW).action == "keep"


@given(
    st.dictionaries(
        st.sampled_from([ownership.MANAGED_BY, ownership.EXPIRES, ownership.CREATED, "owner"]),
        st.one_of(
            st.text(max_size=12),
            st.just(ownership.owner()),
            st.timedeltas(timedelta(days=-900), timedelta(days=900)).map(expiring),
        ),
    )
)
def test_nothing_is_deleted_without_our_tag_and_a_past_expiry(tags: dict[str, str]) -> None:
    row = judge(tagged(tags), NOW)
    expires = ownership.read_timestamp(tags.get(ownership.EXPIRES))
    deletable = (
        tags.get(ownership.MANAGED_BY) == ownership.owner()
        and expires is not None
        and expires <= NOW
    )
    assert (row.action == "delete") == deletable


def test_a_plan_has_one_row_for_each_group_in_order_of_name() -> None:
    groups = [ResourceGroup(name, "x", "Succeeded") for name in ("b", "a", "c")]
    assert [row.name for row in plan("sub", groups, NOW).rows] == ["a", "b", "c"]
