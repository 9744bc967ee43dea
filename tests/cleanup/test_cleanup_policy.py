"""The policy is closed by default: whatever is empty, unknown or forgotten is an error."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tuneops.cleanup import policy
from tuneops.errors import ConfigError

SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
SHIPPED = ROOT / "config/cleanup.yaml"


def document() -> dict[str, Any]:
    """What ships, with a subscription."""
    import yaml

    shipped: dict[str, Any] = yaml.safe_load(SHIPPED.read_text("utf-8"))
    return shipped | {"subscriptions": [SUBSCRIPTION]}


def load(tmp_path: Path, changed: dict[str, Any]) -> policy.Policy:
    path = tmp_path / "policy.yaml"
    path.write_text(json.dumps(changed), encoding="utf-8")
    return policy.load(path)


def test_what_ships_refuses_until_a_subscription_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="subscriptions"):
        policy.load(SHIPPED)
    assert load(tmp_path, document()).groups.notice.total_seconds() == 20 * 3600


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("subscriptions", []),
        ("subscriptions", ["my subscription"]),
        ("groups.names", []),
        ("groups.names", [""]),
        ("groups.names", ["*"]),
        ("groups.names", ["?*-_*"]),
        ("groups.names", ["[a-z]*"]),
        ("groups.names", ["[!0]?*[]a]"]),
        ("groups.notice", "0s"),
        ("groups.notice", 0),
        ("groups.notice", "36501d"),
        ("groups.notice", f"{10**12}d"),
        ("groups.notice", "9" * 5000 + "d"),
        ("groups.min_age", None),
        ("groups.stale_after", ""),
        ("apply.wait", "tomorrow"),
        ("purge.after", "0d"),
        ("breakers.max_percent", 0),
        ("breakers.max_percent", 101),
        ("breakers.max_groups", 0),
    ],
)
def test_what_is_empty_or_zero_is_an_error(tmp_path: Path, where: str, value: object) -> None:
    """An empty pattern does not mean everything, and no duration is zero (cloud-custodian)."""
    changed = document()
    *sections, key = where.split(".")
    inner = changed[sections[0]] if sections else changed
    inner[key] = value
    with pytest.raises(ConfigError, match=key):
        load(tmp_path, changed)


def keys() -> list[tuple[str, str]]:
    return [
        (name, key)
        for name, value in document().items()
        if isinstance(value, dict)
        for key in value
    ]


@pytest.mark.parametrize(("section", "key"), keys())
def test_nothing_has_a_silent_default(tmp_path: Path, section: str, key: str) -> None:
    """Leaving a key out is an error, but for two that are safe: no extra names, and 12 hours."""
    changed = copy.deepcopy(document())
    del changed[section][key]
    if key in {"protected_names", "plan_fresh"}:
        assert load(tmp_path, changed).apply.plan_fresh.total_seconds() == 12 * 3600
        return
    with pytest.raises(ConfigError, match=key):
        load(tmp_path, changed)


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    changed = document()
    changed["groups"]["protected_name"] = ["x"]
    with pytest.raises(ConfigError, match="did you mean 'protected_names'"):
        load(tmp_path, changed)


def test_the_digest_is_of_the_meaning(tmp_path: Path) -> None:
    """Comments and order change nothing, any value does."""
    one = load(tmp_path, document())
    assert one.digest == load(tmp_path, dict(reversed(document().items()))).digest
    changed = document()
    changed["groups"]["notice"] = "21h"
    assert load(tmp_path, changed).digest != one.digest


def test_another_subscription_is_refused(tmp_path: Path) -> None:
    loaded = load(tmp_path, document())
    loaded.check_subscription(SUBSCRIPTION.upper())
    with pytest.raises(ConfigError, match="not on the policy's list"):
        loaded.check_subscription("00000000-0000-4000-8000-000000000002")


@pytest.mark.parametrize(
    "content", ["", "[]", "groups: [", "just words", "[" * 5000, "subscriptions: \ud800"]
)
def test_what_is_no_policy_ends_in_a_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigError, match="no clean-up policy"):
        policy.load(path)
