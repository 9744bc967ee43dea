"""Each guard alone: what it keeps, and that without it the thing would go.

Every guard has a witness, a function with its name that fails when the guard is taken out of the
code. A guard without a witness fails the test that counts them.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

from tuneops.azure.deployments import Deployment
from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import Job
from tuneops.azure.locks import Lock
from tuneops.azure.resources import Account, ResourceGroup
from tuneops.azure.subscription import DeletedAccount, Resource
from tuneops.cleanup import apply, group_guards, item_guards, notices
from tuneops.cleanup.facts import DELETE_AFTER, MARKED, PROTECT, AccountFacts, GroupFacts
from tuneops.cleanup.plan import Plan, judge, judge_deleted
from tuneops.cleanup.policy import Policy
from tuneops.cleanup.releases import Releases, releases_of
from tuneops.errors import ConfigError
from tuneops.tags import (
    CREATED,
    EXPIRES,
    JOB,
    KEY,
    MANAGED_BY,
    PREVIOUS_JOB,
    PREVIOUS_KEY,
    PREVIOUS_MODEL,
    PRODUCT,
    owner,
    timestamp,
)

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"
POLICY = Policy.model_validate(
    {
        "subscriptions": [SUBSCRIPTION],
        "groups": {
            "names": ["rg-tuneops-*"],
            "protected_names": ["rg-tuneops-keep-*"],
            "min_age": "24h",
            "stale_after": "30d",
            "notice": "20h",
            "mark_valid": "7d",
        },
        "breakers": {
            "max_groups": 3,
            "max_percent": 50,
            "max_deployments": 9,
            "max_leftovers": 99,
            "max_purges": 2,
        },
        "apply": {"wait": "45m"},
        "deployments": {"idle_after": "14d"},
        "training": {"older_than": "30d"},
        "purge": {"after": "24h"},
        "report": {"owner_tags": ["owner"]},
    }
)
NOTHING = Releases()
WitnessTest = Callable[[], None]


def at(moment: timedelta) -> str:
    return timestamp(NOW + moment)


def ours(**extra: str) -> dict[str, str]:
    return {MANAGED_BY: owner(), **extra}


def marked(at_: timedelta = -DAY, until: timedelta = -HOUR) -> dict[str, str]:
    return {MARKED: at(at_), DELETE_AFTER: at(until)}


def stale_tags(**extra: str) -> dict[str, str]:
    """Of a group that nothing keeps: created long ago, expired, and given notice of."""
    created = {CREATED: at(-40 * DAY), EXPIRES: at(-2 * DAY)}
    return ours(**created) | marked() | extra


def group(name: str = "rg-tuneops-x", **changes: Any) -> GroupFacts:  # noqa: ANN401
    fields = {"tags": stale_tags()} | changes
    return GroupFacts(ResourceGroup(name, "swedencentral", "Succeeded", **fields))


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in stale_tags().items() if name not in names}


def resource(**changes: Any) -> Resource:  # noqa: ANN401
    place = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-tuneops-x/providers"
    kind = "Microsoft.CognitiveServices/accounts"
    fields: dict[str, Any] = {"tags": ours(), "created": NOW - 40 * DAY} | changes
    return Resource(f"{place}/{kind}/acc", kind, "acc", **fields)


ACCOUNT = Account(
    id="acc",
    resource_group="rg-tuneops-x",
    name="acc",
    region="swedencentral",
    kind="AIServices",
    state="Succeeded",
    endpoint="",
    tags=ours(),
)


def deployment(name: str = "tienda", model: str = "gpt-4o.ft-new", **tags: str) -> Deployment:
    """Of production, unless the tags say otherwise."""
    made = {JOB: "job-new", CREATED: at(-40 * DAY), PRODUCT: "tienda"}
    return Deployment(name, "OpenAI", model, "1", "Standard", 50, "Succeeded", ours(**made) | tags)


def holding(*deployments: Deployment, **changes: Any) -> GroupFacts:  # noqa: ANN401
    account = AccountFacts(ACCOUNT, deployments, **changes)
    return replace(group(), resources=(resource(),), accounts=(account,))


def action(facts: GroupFacts) -> str:
    return judge(facts, NOTHING, POLICY, NOW).action


def keeps(facts: GroupFacts, why: str, releases: Releases = NOTHING) -> None:
    row = judge(facts, releases, POLICY, NOW)
    assert row.action == "keep"
    assert why in row.reason


def test_without_a_reason_to_stay_a_group_goes() -> None:
    """The witnesses below differ from this group in one thing each."""
    assert action(group()) == "delete"
    expired = deployment("tienda-candidate", **{EXPIRES: at(-HOUR)})
    base = replace(deployment("gpt-4o", "gpt-4o"), tags=ours())
    done = Job("job", "succeeded", "gpt-4o", 0, "file")
    assert action(holding(expired, base, jobs=(done,))) == "delete"


def test_a_group_costs_what_the_products_configurations_say() -> None:
    """A month of hosting; what no configuration has a price for makes it "or more"."""
    known = deployment()
    unknown = deployment("other", **{PRODUCT: "other"})
    priced = Releases(hosting={"tienda": 2.0})
    row = judge(holding(known), priced, POLICY, NOW)
    assert (row.cost, row.cost_complete) == (1460.0, True)
    row = judge(holding(known, unknown), priced, POLICY, NOW)
    assert (row.cost, row.cost_complete) == (1460.0, False)


# ---- resource groups -----------------------------------------------------------------------


def not_ours() -> None:
    keeps(group(tags=without(MANAGED_BY)), "not ours")
    keeps(group(tags=stale_tags() | {MANAGED_BY: "terraform"}), "not ours")
    keeps(group(tags={}), "not ours")


def name_outside_policy() -> None:
    keeps(group("rg-payroll"), "matches no pattern")


def protected_name() -> None:
    keeps(group("RG-tuneops-keep-1"), "protected")


def managed_by_another() -> None:
    keeps(group(managed_by="/subscriptions/x/aks"), "managed by")


def protect_tag() -> None:
    for value in ("", "false", "until the audit"):
        keeps(group(tags=stale_tags() | {PROTECT.upper(): value}), PROTECT)
    inside = replace(group(), resources=(resource(tags=ours() | {PROTECT: "yes"}),))
    keeps(inside, PROTECT)


def locked() -> None:
    above = Lock(f"/subscriptions/{SUBSCRIPTION}", "all", "ReadOnly")
    keeps(replace(group(), locks=(above,)), "locked by all")


def going_already() -> None:
    facts = group()
    keeps(replace(facts, group=replace(facts.group, state="Deleting")), "being deleted")


def foreign_resource() -> None:
    for foreign in (resource(tags={}), resource(tags={MANAGED_BY: "tuneops/other/x"})):
        keeps(replace(group(), resources=(resource(), foreign)), "not ours")
    by_hand = replace(deployment("by-hand", "gpt-4o"), tags={})
    keeps(holding(by_hand), "not ours: by-hand")


def unread_contents() -> None:
    keeps(holding(unread="401 PermissionDenied"), "401 PermissionDenied")


def production_inside() -> None:
    keeps(holding(deployment()), "production deployment tienda")


def previous_inside() -> None:
    """Even where its release is in another group, and trained in a third account."""
    before = deployment("old", "gpt-4o.ft-old", **{EXPIRES: at(-HOUR)})
    production = replace(released(), source="/a/third/account")
    keeps(holding(before), "or the one before", elsewhere(production))


def releases_remembered() -> None:
    """Production was deleted, and a rollback would go by what the base deployment remembers."""
    base = replace(deployment("gpt-4o", "gpt-4o"), tags=ours(**{"tuneops-kept-tienda": "m k j g"}))
    keeps(holding(base), "remembers releases")


def trained_for_another() -> None:
    """By what the stage's deployment says of its source, by its job, and by the job's model."""
    source = replace(deployment("live"), source=ACCOUNT.id.upper())
    keeps(holding(), "deployment live in elsewhere needs", elsewhere(source))
    for tags, job_there in (
        ({JOB: "job-new"}, job("new")),
        ({PREVIOUS_JOB: "job-old"}, job("old")),
        ({PREVIOUS_MODEL: "m-old"}, job("old", fine_tuned_model="m-old")),
        ({"tuneops-kept-tienda": "m-old - - -"}, job("old", fine_tuned_model="m-old")),
    ):
        stage = replace(deployment("live", "gpt-4o.ft-live"), tags=tags)
        keeps(holding(jobs=(job_there,)), "deployment live in elsewhere", elsewhere(stage))


def releases_unread() -> None:
    """A stage that cannot be seen may serve it."""
    unread = Releases(unread="403")
    before = deployment("old", "gpt-4o.ft-old", **{EXPIRES: at(-HOUR)})
    keeps(holding(before), "not all releases can be read: 403", unread)
    keeps(holding(jobs=(job(fine_tuned_model="m"),)), "job-ancient is inside", unread)


def history_unread() -> None:
    account = inside(expired_candidate(), files=(file(),), jobs=(job("new"), job()))
    unread = replace(releases_of([account], NOW), unread="403")
    assert "delete" not in actions(account, releases=unread).values()


def elsewhere(*deployments: Deployment) -> Releases:
    """The releases of a stage in another group of the subscription."""
    place = replace(ACCOUNT, id="/other/account", name="elsewhere", resource_group="rg-other")
    return releases_of([AccountFacts(place, deployments)], NOW)


def candidate_in_use() -> None:
    for expires in (at(HOUR), "soon"):
        candidate = deployment("tienda-candidate", **{EXPIRES: expires})
        keeps(holding(candidate), "candidate")


def job_running() -> None:
    for status in ("running", "pending", "paused", "a status of next year"):
        keeps(holding(jobs=(Job("job", status, "gpt-4o", 0, "file"),)), f"is {status}")


def unknown_age() -> None:
    keeps(group(tags=without(CREATED)), "unknown age")
    for malformed in ("", "yesterday", "2020-01-01T00:00:00", "1577836800"):
        keeps(group(tags=stale_tags() | {CREATED: malformed}), "unknown age")


def too_young() -> None:
    keeps(group(tags=stale_tags() | {CREATED: at(-HOUR)}), "younger")
    keeps(group(tags=stale_tags() | {CREATED: at(DAY)}), "younger")
    in_flight = replace(group(), resources=(resource(created=NOW - HOUR),))
    keeps(in_flight, "younger than 24 h by creation of acc")


def expiry_unreadable() -> None:
    keeps(group(tags=stale_tags() | {EXPIRES: "friday"}), "not a time")


def not_expired() -> None:
    keeps(group(tags=stale_tags() | {EXPIRES: at(5 * HOUR)}), "expires in 5 h")
    elsewhere = (NOW + HOUR).astimezone().isoformat()
    keeps(group(tags=stale_tags() | {EXPIRES: elsewhere}), "expires in 1 h")


def meant_to_stay() -> None:
    fresh = without(EXPIRES) | {CREATED: at(-20 * DAY)}
    keeps(group(tags=fresh), "not yet stale")
    groups = POLICY.groups.model_copy(update={"stale_after": "never"})
    policy = POLICY.model_copy(update={"groups": groups})
    row = judge(group(tags=without(EXPIRES)), NOTHING, policy, NOW)
    assert (row.action, "meant to stay" in row.reason) == ("keep", True)


def mark_removed() -> None:
    keeps(group(tags=without(DELETE_AFTER)), "removed its mark")


def mark_unreadable() -> None:
    keeps(group(tags=stale_tags() | {DELETE_AFTER: "4 days"}), "not a time")


def mark_not_by_us() -> None:
    keeps(group(tags=without(MARKED)), "not our mark")
    keeps(group(tags=stale_tags() | {MARKED: "long ago"}), "not our mark")


def mark_in_future() -> None:
    keeps(group(tags=stale_tags() | marked(until=9 * HOUR)), "goes in 9 h")


def unmarked() -> None:
    assert action(group(tags=without(MARKED, DELETE_AFTER))) == "mark"


def mark_outlived() -> None:
    assert action(group(tags=stale_tags() | marked(-60 * DAY, -59 * DAY))) == "mark"


# ---- soft-deleted accounts -----------------------------------------------------------------


def deleted(**changes: Any) -> DeletedAccount:  # noqa: ANN401
    times = {"deleted": NOW - 2 * DAY, "purged_at": NOW + HOUR}
    own = {"account": ACCOUNT} | times | changes
    return DeletedAccount(**own)


def stays_deleted(found: DeletedAccount, releases: Releases = NOTHING) -> None:
    assert judge_deleted(found, releases, POLICY, NOW).action == "keep"


def test_a_deleted_account_of_ours_is_purged() -> None:
    assert judge_deleted(deleted(), NOTHING, POLICY, NOW).action == "purge"


def deleted_not_ours() -> None:
    stays_deleted(deleted(account=replace(ACCOUNT, tags={})))


def deleted_outside_policy() -> None:
    stays_deleted(deleted(account=replace(ACCOUNT, resource_group="rg-payroll")))


def deleted_protected() -> None:
    stays_deleted(deleted(account=replace(ACCOUNT, tags=ours(**{PROTECT: ""}))))


def deleted_but_needed() -> None:
    """A stage serves a model of the account that somebody deleted, or cannot be read."""
    home = "/subscriptions/s/resourceGroups/RG-tuneops-x/providers/Microsoft.CognitiveServices"
    stage = replace(deployment("live"), source=f"{home}/accounts/acc")
    stays_deleted(deleted(), elsewhere(stage))
    stays_deleted(deleted(), Releases(unread="403"))


def deleted_lately() -> None:
    stays_deleted(deleted(deleted=NOW - HOUR))
    stays_deleted(deleted(deleted=None))


# ---- leftovers inside an account that stays ------------------------------------------------

KEYS = {"new": "a" * 12, "old": "b" * 12, "ancient": "c" * 12}
LONG_AGO = int((NOW - 90 * DAY).timestamp())


def released(**tags: str) -> Deployment:
    """Production, which knows the release before it."""
    before = {PREVIOUS_MODEL: "gpt-4o.ft-old", PREVIOUS_JOB: "job-old"}
    keys = {KEY: KEYS["new"], PREVIOUS_KEY: KEYS["old"]}
    return deployment(**keys | before | tags)


def file(key: str = "ancient", created: int = LONG_AGO, product: str = "tienda") -> UploadedFile:
    name = f"{product}-training-{KEYS[key]}.jsonl"
    return UploadedFile(f"file-{key}", name, "fine-tune", "processed", 1, created, "")


def job(key: str = "ancient", **changes: Any) -> Job:  # noqa: ANN401
    made = Job(f"job-{key}", "succeeded", "gpt-4o", LONG_AGO, "f", suffix=f"ft-{KEYS[key]}")
    return replace(made, **changes)


def orphan(**tags: str) -> Deployment:
    made = {CREATED: at(-90 * DAY), PRODUCT: "tienda"}
    return deployment("tienda-2024", "gpt-4o.ft-lost", **made | tags)


def expired_candidate(**tags: str) -> Deployment:
    model = "gpt-4o.ft-try"
    return deployment("tienda-candidate", model, **{EXPIRES: at(-HOUR)} | tags)


def inside(*deployments: Deployment, **changes: Any) -> AccountFacts:  # noqa: ANN401
    fields = {"jobs": (job("new"),), "calls": {}} | changes
    return AccountFacts(ACCOUNT, (released(), *deployments), **fields)


def actions(
    account: AccountFacts,
    facts: GroupFacts | None = None,
    releases: Releases | None = None,
    *,
    notice: timedelta | None = -DAY,
) -> dict[str, str]:
    """What happens to each thing; notice of all of them was given so long ago, or never."""
    place, known = facts or group(), releases or releases_of([account], NOW)
    found = list(item_guards.judge_items(place, account, known, POLICY, NOW))
    if notice is not None:
        text = notices.write({item.mark: NOW + notice for item in found})
        tags = {**account.account.tags, notices.TAG: text}
        told = replace(account, account=replace(account.account, tags=tags))
        found = list(item_guards.judge_items(place, told, known, POLICY, NOW))
    return {item.name: item.action for item in found}


def test_leftovers_go() -> None:
    account = inside(orphan(), expired_candidate(), files=(file(),), jobs=(job("new"), job()))
    assert actions(account) == {
        "tienda": "keep",
        "tienda-2024": "delete",
        "tienda-candidate": "delete",
        "file-ancient": "delete",
        "job-new": "keep",
        "job-ancient": "delete",
    }


def test_what_is_not_ours_is_not_even_listed() -> None:
    by_hand = replace(deployment("by-hand"), tags={})
    base = replace(deployment("gpt-4o", "gpt-4o"), tags=ours())
    theirs = replace(file(), name="notes.jsonl")
    account = inside(by_hand, base, files=(theirs,), jobs=(job("new"), job(suffix="mine")))
    assert actions(account).keys() == {"tienda", "job-new"}


def held() -> None:
    protected = replace(group(), locks=(Lock("scope", "keep", "CanNotDelete"),))
    account = inside(expired_candidate(), files=(file(),), jobs=(job("new"), job()))
    assert "delete" not in actions(account, protected).values()
    assert "delete" not in actions(account, group(tags=stale_tags() | {PROTECT: ""})).values()
    own = inside(expired_candidate(**{PROTECT: "mine"}))
    assert actions(own)["tienda-candidate"] == "keep"


def in_production() -> None:
    old = released(**{CREATED: at(-90 * DAY)})
    assert actions(AccountFacts(ACCOUNT, (old,), calls={}))["tienda"] == "keep"
    for tags in ({PRODUCT: ""}, {CREATED: "once"}, {CREATED: at(DAY)}):
        unclear = inside(orphan(**{JOB: "job-lost"} | tags))
        assert actions(unclear)["tienda-2024"] == "keep"


def serves_previous() -> None:
    previous = orphan()
    account = inside(replace(previous, model="gpt-4o.ft-old"))
    assert actions(account)["tienda-2024"] == "keep"


def candidate_not_expired() -> None:
    for expires in (at(HOUR), "soon"):
        account = inside(expired_candidate(**{EXPIRES: expires}))
        assert actions(account)["tienda-candidate"] == "keep"


def called_or_unknown() -> None:
    assert actions(inside(orphan(), calls=None))["tienda-2024"] == "keep"
    assert actions(inside(orphan(), calls={"tienda-2024": 3}))["tienda-2024"] == "keep"


def deployed_lately() -> None:
    for created in (at(-HOUR), "once"):
        lately = orphan(**{CREATED: created})
        newer = released(**{CREATED: at(timedelta())})
        account = AccountFacts(ACCOUNT, (newer, lately), calls={})
        releases = releases_of([AccountFacts(ACCOUNT, (newer,))], NOW)
        assert actions(account, releases=releases)["tienda-2024"] == "keep"


def unread_account() -> None:
    account = inside(files=(file(),), jobs=(job("new"), job()), unread="no answer came")
    assert set(actions(account).values()) == {"keep"}


def product_not_released() -> None:
    assert actions(inside(files=(file(product="food"),)))["file-ancient"] == "keep"
    account = inside(files=(file(),))
    assert actions(account, releases=elsewhere(released()))["file-ancient"] == "keep"


def needed_file() -> None:
    for key in ("new", "old"):
        assert actions(inside(files=(file(key),)))[f"file-{key}"] == "keep"


def in_training() -> None:
    running = job("ancient", status="running", training_file="file-ancient")
    account = inside(files=(file(),), jobs=(job("new"), running))
    assert actions(account)["file-ancient"] == "keep"


def uploaded_lately() -> None:
    lately = int((NOW - HOUR).timestamp())
    assert actions(inside(files=(file(created=lately),)))["file-ancient"] == "keep"


def job_not_finished() -> None:
    account = inside(jobs=(job("new"), job(status="running")))
    assert actions(account)["job-ancient"] == "keep"


def line_not_released() -> None:
    food = job(suffix=f"ft-food-{KEYS['ancient']}")
    assert actions(inside(jobs=(job("new"), food)))["job-ancient"] == "keep"


def needed_job() -> None:
    account = inside(jobs=(job("new"), job("old"), job("ancient", suffix=f"ft-{KEYS['old']}")))
    assert set(actions(account).values()) == {"keep"}


def all_due() -> AccountFacts:
    """One thing of each kind that only the notice keeps."""
    return inside(expired_candidate(), files=(file(),), jobs=(job("new"), job()))


DUE = ("tienda-candidate", "file-ancient", "job-ancient")


def notice_not_over() -> None:
    """Of groups and of leftovers; a time that has not come yet keeps them as well."""
    keeps(group(tags=stale_tags() | marked(at_=-HOUR, until=-HOUR)), "less than 20 h ago")
    for notice in (-HOUR, HOUR):
        found = actions(all_due(), notice=notice)
        assert [found[name] for name in DUE] == ["keep"] * 3


def unnoticed() -> None:
    found = actions(all_due(), notice=None)
    assert [found[name] for name in DUE] == ["mark"] * 3


def notice_outlived() -> None:
    found = actions(all_due(), notice=-9 * DAY)
    assert [found[name] for name in DUE] == ["mark"] * 3


def test_what_is_made_anew_under_its_name_gets_notice_anew() -> None:
    """A candidate of another model, or deployed again, is not the one that had notice."""
    first = expired_candidate()
    text = notices.write({_mark(first): NOW - DAY})
    for again in (replace(first, model="gpt-4o.ft-next"), expired_candidate(**{CREATED: at(-DAY)})):
        assert _mark(again) not in notices.read(text)
    assert notices.read(text) == {_mark(first): NOW - DAY}


def _mark(found: Deployment) -> str:
    account = inside(found)
    judged = item_guards.judge_items(group(), account, NOTHING, POLICY, NOW)
    return next(item.mark for item in judged if item.name == found.name)


def finished_lately() -> None:
    lately = int((NOW - HOUR).timestamp())
    account = inside(jobs=(job("new"), job(finished=lately)))
    assert actions(account)["job-ancient"] == "keep"


# ---- what apply admits, and what it takes for a change -------------------------------------

PLAN = Plan(SUBSCRIPTION, NOW - HOUR, POLICY.digest, ())
OTHER = "00000000-0000-4000-8000-000000000002"


def refused(plan: Plan, subscription: str = SUBSCRIPTION) -> None:
    with pytest.raises(ConfigError):
        apply.admit(plan, subscription, POLICY, NOW)


def test_a_fresh_plan_is_admitted() -> None:
    apply.admit(PLAN, SUBSCRIPTION.upper(), POLICY, NOW)


def check_subscription() -> None:
    refused(replace(PLAN, subscription=OTHER))
    refused(replace(PLAN, subscription=OTHER), OTHER)


def check_policy() -> None:
    refused(replace(PLAN, policy="0" * 16))


def check_fresh() -> None:
    refused(replace(PLAN, created=NOW - 13 * HOUR))
    refused(replace(PLAN, created=NOW + HOUR))


def difference(planned: GroupFacts, fresh: GroupFacts) -> str | None:
    rows = [judge(each, NOTHING, POLICY, NOW) for each in (planned, fresh)]
    found = (reason for change in apply.CHANGES if (reason := change(*rows)))
    return next(found, None)


def test_what_did_not_change_is_no_change() -> None:
    """A resource that an earlier run took away is no reason to leave the rest."""
    full = holding(deployment("gpt-4o", "gpt-4o", **{EXPIRES: at(-HOUR)}))
    assert difference(full, full) is None
    assert difference(full, group()) is None


def tags_changed() -> None:
    """Even a tag that decides nothing: somebody was here."""
    other = group(tags=stale_tags() | {"note": "mine"})
    assert difference(group(), other) == "its tags changed"


def locks_changed() -> None:
    """The lock of a group that was locked when it was planned may have another name now."""
    one, two = (replace(group(), locks=(Lock("s", name, "ReadOnly"),)) for name in ("a", "b"))
    assert difference(one, two) == "its locks changed"


def manager_changed() -> None:
    assert difference(group(managed_by="a"), group(managed_by="b")) == "who manages it changed"


def contents_changed() -> None:
    """A new resource, one renamed, and one made again under its old name."""
    before = replace(group(), resources=(resource(),))
    for now in (
        (resource(), replace(resource(), name="new")),
        (replace(resource(), name="renamed"),),
        (resource(created=NOW - 39 * DAY),),
    ):
        assert "new inside" in (difference(before, replace(before, resources=now)) or "")


def no_longer_due() -> None:
    running = holding(jobs=(Job("job", "running", "gpt-4o", 0, "file"),))
    assert "job is running" in (difference(holding(), running) or "")


# ---- the mutation test ---------------------------------------------------------------------

GUARDED = [
    (module, name, guard)
    for module, names in (
        (group_guards, ("KEEP", "MARK", "PURGE")),
        (item_guards, ("DEPLOYMENT_GUARDS", "FILE_GUARDS", "JOB_GUARDS", "NOTICE_GUARDS")),
        (apply, ("ADMISSION", "CHANGES")),
    )
    for name in names
    for guard in getattr(module, name)
]


@pytest.mark.parametrize(
    ("module", "name", "guard"),
    GUARDED,
    ids=[f"{name}-{guard.__name__}" for _, name, guard in GUARDED],
)
def test_a_guard_holds_and_nothing_else_does_its_work(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, guard: Callable[..., Any]
) -> None:
    """The witness of a guard passes with all guards, and fails when this one is taken away."""
    witness: WitnessTest = globals()[guard.__name__]
    witness()
    left = tuple(other for other in getattr(module, name) if other is not guard)
    monkeypatch.setattr(module, name, left)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        witness()
