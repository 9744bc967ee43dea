"""Random subscriptions: not one mark or deletion that breaks a rule.

The rules are written here a second time, as the policy's reader understands them. The suite looks
at a share of the subscriptions; TUNEOPS_RANDOM_SUBSCRIPTIONS=100000 asks for as many.
"""

import fnmatch
import os
import random
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tuneops.azure.deployments import Deployment
from tuneops.azure.jobs import Job
from tuneops.azure.locks import Lock
from tuneops.azure.resources import Account, ResourceGroup
from tuneops.azure.subscription import Resource
from tuneops.cleanup.facts import AccountFacts, GroupFacts
from tuneops.cleanup.plan import Row, Subscription, plan
from tuneops.cleanup.policy import Policy
from tuneops.cleanup.releases import Releases, releases_of
from tuneops.tags import CREATED, EXPIRES, MANAGED_BY, PREVIOUS_JOB, PREVIOUS_MODEL, owner

ID = "00000000-0000-4000-8000-000000000001"
SUBSCRIPTIONS = int(os.environ.get("TUNEOPS_RANDOM_SUBSCRIPTIONS", "3000"))
A_TIME = 100  # subscriptions of one example
NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # an hour that some time zones have not
NAMES = ("rg-tuneops-a", "RG-Tuneops-B", "rg-tuneops-mc_x", "rg-payroll", "tuneops")
NAMES_OF_AZURE = ("MC_a", "NetworkWatcherRG", "DefaultResourceGroup-EUS", "cloud-shell-storage-x")
MALFORMED = ("", "soon", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00", "0", "²", "20260101")
ZONES = tuple(timezone(timedelta(minutes=minutes)) for minutes in (-720, -210, 0, 60, 345, 840))


def policy_of(rng: random.Random) -> Policy:
    return Policy.model_validate(
        {
            "subscriptions": [ID],
            "groups": {
                "names": rng.choice([["rg-tuneops-*"], ["rg-*", "mc_*"], ["*r*"]]),
                "min_age": rng.choice(["1h", "24h"]),
                "stale_after": rng.choice(["never", "3d", "30d"]),
                "notice": rng.choice(["1h", "20h"]),
                "mark_valid": rng.choice(["1d", "7d"]),
            },
            "breakers": {
                "max_groups": 1,
                "max_percent": 1,
                "max_deployments": 9,
                "max_leftovers": 99,
                "max_purges": 1,
            },
            "apply": {"wait": "1s"},
            "deployments": {"idle_after": "14d"},
            "training": {"older_than": "30d"},
            "purge": {"after": "24h"},
            "report": {"owner_tags": ["owner"]},
        }
    )


def moment(rng: random.Random, *, past: float = 0.9) -> str:
    """A time as people and machines write it, in any zone; sometimes none at all."""
    if rng.random() < 0.04:
        return rng.choice(MALFORMED)
    hours = rng.choice((0.5, 2, 23, 25, 100, 1000, 9000)) * (-1 if rng.random() < past else 1)
    return (NOW + timedelta(hours=hours)).astimezone(rng.choice(ZONES)).isoformat()


def tags_of(rng: random.Random) -> dict[str, str]:
    def own(name: str, value: str, often: float) -> dict[str, str]:
        spelled = name.title() if rng.random() < 0.1 and name != MANAGED_BY else name
        return {spelled: value} if rng.random() < often else {}

    managed_by = owner() if rng.random() < 0.9 else rng.choice(("terraform", "tuneops/x", ""))
    return {
        **own(MANAGED_BY, managed_by, 0.95),
        **own(CREATED, moment(rng), 0.95),
        **own(EXPIRES, moment(rng), 0.85),
        **own("tuneops-marked", moment(rng), 0.8),
        **own("tuneops-delete-after", moment(rng), 0.8),
        **own("tuneops-protect", rng.choice(("", "no", "yes")), 0.05),
        **own("owner", "ana", 0.3),
    }


def inside_tags(rng: random.Random) -> dict[str, str]:
    managed_by = owner() if rng.random() < 0.95 else "somebody"
    protected = {"tuneops-protect": ""} if rng.random() < 0.02 else {}
    return {MANAGED_BY: managed_by, **protected}


def deployment_of(rng: random.Random) -> Deployment:
    tags = inside_tags(rng)
    model = rng.choice(("gpt-4o", "gpt-4o.ft-1", "gpt-4o.ft-2", "ftchkpt-3"))
    if rng.random() < 0.8:
        tags[EXPIRES] = moment(rng)
    if rng.random() < 0.2:
        tags[PREVIOUS_MODEL] = "gpt-4o.ft-2"
    return Deployment("d", "OpenAI", model, "1", "Standard", 1, "Succeeded", tags)


def job_of(rng: random.Random, status: str) -> Job:
    model = rng.choice((None, "gpt-4o.ft-1", "gpt-4o.ft-2"))
    return Job(rng.choice(("j-1", "j-2")), status, "m", 0, "f", fine_tuned_model=model)


def releases_for(rng: random.Random) -> Releases:
    """One stage in another group, which goes back to ft-2 of j-2; or one that cannot be seen."""
    if rng.random() < 0.05:
        return Releases(unread="no role")
    tags = inside_tags(rng) | {PREVIOUS_MODEL: "gpt-4o.ft-2"}
    tags |= {PREVIOUS_JOB: "j-2"}
    live = Deployment("live", "OpenAI", "gpt-4o.ft-9", "1", "Standard", 1, "Succeeded", tags)
    account = Account("/else", "rg-else", "else", "x", "AIServices", "Succeeded", "")
    return releases_of([AccountFacts(account, (live,))], NOW)


def account_of(rng: random.Random, name: str) -> AccountFacts:
    account = Account("id", name, "acc", "x", "AIServices", "Succeeded", "", inside_tags(rng))
    statuses = ("succeeded", "failed", "cancelled", "succeeded", "running", "pausing", "new")
    jobs = tuple(job_of(rng, rng.choice(statuses)) for _ in range(rng.randrange(2)))
    unread = rng.choice(("", "", "", "", "", "", "no answer"))
    deployments = tuple(deployment_of(rng) for _ in range(rng.randrange(2)))
    return AccountFacts(account, deployments, jobs, unread=unread)


def resource_of(rng: random.Random, name: str) -> Resource:
    created = NOW - timedelta(hours=rng.choice((0.5, 2, 30, 1000)))
    place = f"/subscriptions/{ID}/resourceGroups/{name}/providers/p/t/r"
    return Resource(place, "p/t", "r", inside_tags(rng), rng.choice((created, None)))


def group_of(rng: random.Random) -> GroupFacts:
    name = rng.choice(NAMES + NAMES_OF_AZURE) if rng.random() < 0.5 else "rg-tuneops-a"
    state = "Deleting" if rng.random() < 0.05 else "Succeeded"
    manager = "/aks" if rng.random() < 0.05 else None
    locks = (Lock("s", "l", "CanNotDelete"),) if rng.random() < 0.05 else ()
    return GroupFacts(
        ResourceGroup(name, "x", state, tags_of(rng), manager),
        locks,
        tuple(resource_of(rng, name) for _ in range(rng.choice((0, 0, 1, 2)))),
        tuple(account_of(rng, name) for _ in range(rng.choice((0, 0, 1)))),
    )


# ---- the rules again -----------------------------------------------------------------------


def written(text: str | None) -> datetime | None:
    try:
        read = datetime.fromisoformat(text or "-")
    except ValueError:
        return None
    return read if read.tzinfo else None


def low(tags: Any) -> dict[str, str]:  # noqa: ANN401
    return {name.lower(): value for name, value in tags.items()}


def protected(facts: GroupFacts, releases: Releases) -> bool:
    group, all_tags = facts.group, [facts.group.tags]
    all_tags += [r.tags for r in facts.resources]
    all_tags += [d.tags for a in facts.accounts for d in a.deployments]
    azures = ("networkwatcherrg", "defaultresourcegroup-*", "mc_*", "cloud-shell-storage-*")
    return (
        any("tuneops-protect" in low(tags) for tags in all_tags)
        or any(tags.get("managed-by") != owner() for tags in all_tags)
        or any(fnmatch.fnmatch(group.name.lower(), name) for name in azures)
        or bool(group.managed_by)
        or bool(facts.locks)
        or group.state == "Deleting"
        or any(busy(account) or trained(account, releases) for account in facts.accounts)
        or any(serves(d, releases) for a in facts.accounts for d in a.deployments)
    )


def busy(account: AccountFacts) -> bool:
    over = {"succeeded", "failed", "cancelled"}
    return bool(account.unread) or any(job.status not in over for job in account.jobs)


def trained(account: AccountFacts, releases: Releases) -> bool:
    """Whether a stage elsewhere stands on a job here, or may do so as far as one can see."""
    if releases.unread:
        return any(job.fine_tuned_model for job in account.jobs)
    return any(job.id == "j-2" or job.fine_tuned_model == "gpt-4o.ft-2" for job in account.jobs)


def serves(deployment: Deployment, releases: Releases) -> bool:
    if deployment.model == "gpt-4o":
        return False
    expires = written(low(deployment.tags).get("tuneops-expires"))
    before_elsewhere = deployment.model == "gpt-4o.ft-2" and not releases.unread
    return bool(before_elsewhere or releases.unread or expires is None or expires > NOW)


def stale(facts: GroupFacts, policy: Policy) -> bool:
    tags = low(facts.group.tags)
    created = written(tags.get("tuneops-created"))
    if created is None:
        return False
    youngest = max([created, *(r.created for r in facts.resources if r.created)])
    if NOW - youngest < policy.groups.min_age:
        return False
    if "tuneops-expires" in tags:
        expires = written(tags["tuneops-expires"])
        return expires is not None and expires <= NOW
    after = policy.groups.stale_after
    return after != "never" and NOW - youngest >= after


def noticed(facts: GroupFacts, policy: Policy) -> bool:
    tags = low(facts.group.tags)
    after, since = (written(tags.get(f"tuneops-{name}")) for name in ("delete-after", "marked"))
    if after is None or since is None or after > NOW:
        return False
    return since + policy.groups.notice <= NOW <= after + policy.groups.mark_valid


def may_be_marked(facts: GroupFacts) -> bool:
    """Nobody's answer is overwritten: no removed mark, no later one, and no strange one."""
    tags = low(facts.group.tags)
    if "tuneops-delete-after" not in tags:
        return "tuneops-marked" not in tags
    after, since = (written(tags.get(f"tuneops-{name}")) for name in ("delete-after", "marked"))
    return after is not None and since is not None and after < NOW


def lawful(facts: GroupFacts, releases: Releases, row: Row, policy: Policy) -> bool:
    named = any(fnmatch.fnmatch(row.name.lower(), name.lower()) for name in policy.groups.names)
    touchable = named and not protected(facts, releases) and stale(facts, policy)
    if row.action == "delete":
        return touchable and noticed(facts, policy)
    return touchable and may_be_marked(facts)


def checked(rng: random.Random) -> Counter[str]:
    """Plan one random subscription; how many of its groups are kept, marked and deleted."""
    policy, releases = policy_of(rng), releases_for(rng)
    groups = tuple(group_of(rng) for _ in range(rng.randrange(1, 8)))
    rows = plan(Subscription(ID, groups, releases), policy, NOW).groups
    by_name = sorted(groups, key=lambda facts: facts.group.name.lower())
    for facts, row in zip(by_name, rows, strict=True):
        assert row.action == "keep" or lawful(facts, releases, row, policy), (
            row,
            facts,
            policy.groups,
        )
    return Counter(row.action for row in rows)


@settings(max_examples=max(1, SUBSCRIPTIONS // A_TIME), database=None, phases=[Phase.generate])
@given(st.integers(0, 2**63))
def test_no_deletion_breaks_a_rule(seed: int) -> None:
    """Whatever is in a subscription, what a plan marks or deletes is lawful to mark or delete."""
    rng = random.Random(seed)  # noqa: S311 - no secret is made here
    for _ in range(A_TIME):
        checked(rng)


def test_the_random_subscriptions_hold_enough_that_goes() -> None:
    """The law above is not kept by deleting nothing."""
    rng = random.Random(2)  # noqa: S311 - same
    seen = sum((checked(rng) for _ in range(500)), Counter[str]())
    assert seen["delete"] > 10
    assert seen["mark"] > 10


def test_everything_lawful_is_done() -> None:
    """The other direction: a plan is not afraid of what every rule lets go."""
    rng = random.Random(1)  # noqa: S311 - same
    for _ in range(2000):
        policy, facts, releases = policy_of(rng), group_of(rng), releases_for(rng)
        [row] = plan(Subscription(ID, (facts,), releases), policy, NOW).groups
        could = lawful(facts, releases, Row(**vars(row) | {"action": "delete"}), policy)
        assert (row.action == "delete") == could, (row, facts)
