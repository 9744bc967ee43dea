"""Several products, accounts, stages and environments in one random world.

Whatever was released, tried, lost and spoilt in it: a plan deletes nothing that production of any
stage serves or that a rollback of any stage needs, and nothing that is not ours. What each stage
serves is remembered here, apart from the tags that clean-up reads.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attack import examples
from tests.cleanup.test_cleanup_guards import POLICY
from tuneops.azure.deployments import Deployment
from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import Job
from tuneops.azure.resources import Account, ResourceGroup
from tuneops.azure.subscription import DeletedAccount, Resource
from tuneops.cleanup.facts import AccountFacts, GroupFacts
from tuneops.cleanup.plan import Plan, Subscription, plan
from tuneops.cleanup.releases import place, releases_of
from tuneops.release import history_backup
from tuneops.release.history import Release
from tuneops.tags import CREATED, EXPIRES, JOB, MANAGED_BY, PRODUCT, owner, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.attack

ID = POLICY.subscriptions[0]
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=200)
PRODUCTS = ("tienda", "tienda-training", "food")
WORLDS_A_TIME = 50
BASE = "gpt-4o"


def ours(**tags: str) -> dict[str, str]:
    return {MANAGED_BY: owner(), **tags}


def at(rng: random.Random) -> str:
    return timestamp(LONG_AGO + timedelta(hours=rng.randrange(4000)))


def without_empty(tags: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if value}


@dataclass
class Place:
    """An account; it holds deployments by name, jobs and files."""

    account: Account
    deployments: dict[str, Deployment] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    files: list[UploadedFile] = field(default_factory=list)
    gone: bool = False

    def deploy(self, name: str, model: str, tags: dict[str, str], source: str | None) -> None:
        own = None if source == self.account.id else source
        made = Deployment(name, "OpenAI", model, "1", "Standard", 1, "Succeeded", tags)
        self.deployments[name] = replace(made, source=own)


@dataclass
class Stage:
    """One product in one account: what it serves, and what it would go back to.

    ``configured``: a configuration names it; ``copied``: its base deployment is ours and keeps a
    copy of its releases.
    """

    product: str
    home: Place
    there: Place
    name: str
    current: Release | None = None
    previous: Release | None = None
    configured: bool = True
    copied: bool = True


@dataclass
class World:
    places: list[Place]
    stages: list[Stage]
    theirs: set[str] = field(default_factory=set)  # names of what is not ours


# ---- how a world comes about ---------------------------------------------------------------


def build(rng: random.Random) -> World:
    places = [new_place(rng, number) for number in range(rng.randrange(2, 6))]
    stages: list[Stage] = []
    for product in rng.sample(PRODUCTS, rng.randrange(1, 4)):
        home, *others = rng.sample(places, rng.randrange(1, len(places) + 1))
        stages += [new_stage(rng, product, home, there) for there in (home, *others)]
    world = World(places, stages)
    for stage in stages:
        train(rng, stage)
        for _ in range(rng.randrange(4)):
            release(rng, stage)
    for stage in stages:
        leave_behind(rng, stage)
        spoil(rng, stage)
    for number in range(rng.randrange(3)):
        intrude(rng, world, number)
    return world


def new_stage(rng: random.Random, product: str, home: Place, there: Place) -> Stage:
    known = (rng.random() < 0.7, rng.random() < 0.7)
    return Stage(product, home, there, f"{product}-live", None, None, *known)


def new_place(rng: random.Random, number: int) -> Place:
    group = f"rg-tuneops-{rng.choice(('shared', number))}"
    name = f"account-{number}"
    return Place(Account(account_id(group, name), group, name, "x", "AIServices", "", "", ours()))


def account_id(group: str, name: str) -> str:
    place_of = f"/subscriptions/{ID}/resourceGroups/{group}/providers"
    return f"{place_of}/Microsoft.CognitiveServices/accounts/{name}"


def train(rng: random.Random, stage: Stage) -> None:
    """Trainings of long ago, each with two files; some jobs were never released."""
    for _ in range(rng.randrange(1, 4)):
        number, key = rng.randrange(10**9), f"{rng.randrange(16**12):012x}"
        created = int((LONG_AGO + timedelta(days=rng.randrange(180))).timestamp())
        names = [f"{stage.product}-{part}-{key}.jsonl" for part in ("training", "validation")]
        files = [
            UploadedFile(f"file-{number}-{part}", name, "fine-tune", "processed", 1, created, "")
            for part, name in enumerate(names)
        ]
        stage.home.files += files
        job = Job(
            id=f"ftjob-{number}",
            status=rng.choice(("succeeded", "succeeded", "succeeded", "failed")),
            model=BASE,
            created=created,
            training_file=files[0].id,
            validation_file=files[1].id,
            suffix=f"ft-{stage.product}-{key}",
            fine_tuned_model=f"{BASE}.ft-{number}",
        )
        stage.home.jobs.append(job)


def releasable(stage: Stage) -> list[Job]:
    own = f"ft-{stage.product}-"
    return [
        job
        for job in stage.home.jobs
        if job.status == "succeeded" and (job.suffix or "")[: -len("0" * 12)] == own
    ]


def release(rng: random.Random, stage: Stage) -> None:
    """As a promotion writes it: the deployment's tags, and the copy on the base deployment."""
    known = releasable(stage)
    if not known:
        return
    job = rng.choice(known)
    made = Release(str(job.fine_tuned_model), (job.suffix or "")[-12:], job.id, released=at(rng))
    if stage.current and made.model != stage.current.model:
        stage.previous = stage.current
    stage.current = made
    product = {PRODUCT: stage.product}
    before = stage.previous.as_previous() if stage.previous else {}
    source = stage.home.account.id
    stage.there.deploy(stage.name, made.model, ours(**product, **before, **made.tags()), source)
    if not stage.copied:
        return
    copy = history_backup.tags(stage.product, made, stage.previous)
    base = stage.there.deployments.get(BASE)
    kept = {**(base.tags if base else ours()), **without_empty(copy)}
    stage.there.deploy(BASE, BASE, kept, None)


def leave_behind(rng: random.Random, stage: Stage) -> None:
    """Candidates that expired, and idle deployments of older models."""
    for job in releasable(stage):
        tags = ours(**{PRODUCT: stage.product, JOB: job.id})
        model, source = str(job.fine_tuned_model), stage.home.account.id
        if rng.random() < 0.4:
            expired = {EXPIRES: timestamp(NOW - timedelta(hours=1))}
            stage.there.deploy(f"{stage.product}-candidate", model, tags | expired, source)
        if rng.random() < 0.4:
            created = {CREATED: timestamp(LONG_AGO)}
            stage.there.deploy(f"{stage.product}-{job.id}", model, tags | created, source)


def spoil(rng: random.Random, stage: Stage) -> None:
    """What people and accidents do to production, as far as something else still tells of it."""
    found = stage.there.deployments.get(stage.name)
    if found is None or rng.random() < 0.5:
        return
    possible = ["spelling"]
    if stage.configured:
        possible += ["expiry", "time", "product"]
    if stage.copied:
        possible += ["deleted"]
    accident = rng.choice((*possible, "no tags"))
    if accident == "deleted":
        del stage.there.deployments[stage.name]
        return
    if accident == "no tags" and not stage.copied:
        stage.previous = None  # forgotten: nothing in the world tells of it
    tags = spoilt(rng, dict(found.tags), accident)
    stage.there.deployments[stage.name] = replace(found, tags=tags)


def spoilt(rng: random.Random, tags: dict[str, str], accident: str) -> dict[str, str]:
    if accident == "no tags":
        return {}
    if accident == "spelling":
        owned = {MANAGED_BY: tags.pop(MANAGED_BY)}
        return owned | {name.title(): value for name, value in tags.items()}
    hostile = {
        "expiry": {EXPIRES: timestamp(LONG_AGO)},
        "time": {CREATED: rng.choice(("", "once", "9999-12-31T23:59:59-23:59"))},
        "product": {PRODUCT: rng.choice(("", "other", "TIENDA"))},
    }
    return tags | hostile[accident]


def intrude(rng: random.Random, world: World, number: int) -> None:
    """Deployments of somebody else in our accounts, under any tags but ours."""
    name = f"theirs-{number}"
    world.theirs.add(name)
    created = {CREATED: timestamp(NOW - timedelta(minutes=1))}
    tags = {MANAGED_BY: "tuneops/them", PRODUCT: rng.choice(PRODUCTS)}
    there = rng.choice(world.places)
    there.deploy(name, f"{BASE}.ft-theirs", tags | created, there.account.id)


# ---- what clean-up reads of it, and plans --------------------------------------------------


def stale(name: str) -> ResourceGroup:
    """A group that nothing keeps but what is in it."""
    times = {CREATED: LONG_AGO, EXPIRES: NOW - timedelta(days=3)}
    times |= {"tuneops-marked": NOW - timedelta(days=2)}
    times |= {"tuneops-delete-after": NOW - timedelta(days=1)}
    tags = {key: timestamp(time) for key, time in times.items()}
    return ResourceGroup(name, "x", "Succeeded", ours(**tags))


def facts_of(found: Place) -> AccountFacts:
    held = (tuple(found.deployments.values()), tuple(found.jobs), tuple(found.files))
    return AccountFacts(found.account, *held, calls={})


def read(world: World) -> Subscription:
    living = [found for found in world.places if not found.gone]
    groups: dict[str, list[Place]] = {}
    for found in living:
        groups.setdefault(found.account.resource_group, []).append(found)
    facts = tuple(
        GroupFacts(
            stale(name),
            (),
            tuple(resource(found) for found in inside),
            tuple(facts_of(found) for found in inside),
        )
        for name, inside in groups.items()
    )
    named = [place(s.there.account, s.name) for s in world.stages if s.configured]
    releases = releases_of([facts_of(found) for found in living], NOW, named)
    deleted = tuple(
        DeletedAccount(found.account, LONG_AGO, None) for found in world.places if found.gone
    )
    return Subscription(ID, facts, releases, deleted)


def resource(found: Place) -> Resource:
    kind = "Microsoft.CognitiveServices/accounts"
    return Resource(found.account.id, kind, found.account.name, ours(), LONG_AGO)


def needed(world: World) -> Iterator[tuple[str, str, str]]:
    """Kind, account and name of all that production serves or a rollback needs.

    A stage whose account somebody deleted needs nothing any more.
    """
    for stage in (stage for stage in world.stages if not stage.there.gone):
        for found in (stage.current, stage.previous):
            if found is None:
                continue
            yield "account", "", stage.home.account.name
            yield "job", stage.home.account.name, found.job
            [job] = [job for job in stage.home.jobs if job.id == found.job]
            yield "file", stage.home.account.name, job.training_file
            yield "file", stage.home.account.name, str(job.validation_file)
        if stage.current:
            yield "account", "", stage.there.account.name
            yield "deployment", stage.there.account.name, stage.name
        if stage.previous:
            for there in world.places:
                for each in there.deployments.values():
                    if each.model == stage.previous.model:
                        yield "deployment", there.account.name, each.name


def deleted(world: World, made: Plan) -> Iterator[tuple[str, str, str]]:
    going = {row.name for row in made.rows("delete")} | {row.name for row in made.rows("mark")}
    for found in world.places:
        if not found.gone and found.account.resource_group in going:
            yield "account", "", found.account.name
            yield from (("deployment", found.account.name, name) for name in found.deployments)
    due = (item for item in made.items if item.action != "keep")
    yield from ((item.kind, item.account, item.name) for item in due)
    yield from (("account", "", row.name) for row in made.deleted_accounts if row.action == "purge")


def checked(rng: random.Random) -> Counter[str]:
    """Plan the clean-up of one world; how many of each kind go."""
    world = build(rng)
    if rng.random() < 0.2:
        rng.choice(world.places).gone = True
    going = set(deleted(world, plan(read(world), POLICY, NOW)))
    broken = going & set(needed(world))
    assert not broken, broken
    assert not {found for found in going if found[2] in world.theirs}
    return Counter(kind for kind, _, _ in going)


@settings(max_examples=examples(8), deadline=None, database=None)
@given(st.integers(0, 2**63))
def test_no_stage_loses_what_it_serves_or_goes_back_to(seed: int) -> None:
    """Nor anybody what is not ours, in any world of products, accounts and stages."""
    rng = random.Random(seed)  # noqa: S311 - no secret is made here
    for _ in range(WORLDS_A_TIME):
        checked(rng)


def test_the_worlds_hold_enough_that_goes() -> None:
    """The law above is not kept by deleting nothing."""
    rng = random.Random(7)  # noqa: S311 - same
    seen = sum((checked(rng) for _ in range(150)), Counter[str]())
    assert min(seen[kind] for kind in ("deployment", "job", "file", "account")) > 10, seen


def two_places() -> list[Place]:
    return [
        Place(Account(account_id(name, name), name, name, "x", "AIServices", "", "", ours()))
        for name in ("rg-tuneops-home", "rg-tuneops-live")
    ]


def test_of_two_deployments_that_are_equally_new_both_count_as_production() -> None:
    _, live = two_places()
    for number in (1, 2):
        tags = ours(**{PRODUCT: "food", CREATED: timestamp(LONG_AGO)})
        live.deploy(f"food-{number}", f"{BASE}.ft-{number}", tags, live.account.id)
    production = releases_of([facts_of(live)], NOW).production
    assert production == {place(live.account, f"food-{number}") for number in (1, 2)}


@pytest.mark.parametrize("there", [True, False], ids=["production is there", "production is gone"])
def test_a_deleted_account_is_kept_while_a_lost_release_may_be_from_it(*, there: bool) -> None:
    """The copy on the base deployment names model and job, but not the account of the training."""
    home, live = two_places()
    made = Release(f"{BASE}.ft-1", "0" * 12, "ftjob-1")
    live.deploy(BASE, BASE, ours() | without_empty(history_backup.tags("food", made, None)), None)
    intruder = {MANAGED_BY: "tuneops/them", PRODUCT: "food"}
    live.deploy("theirs", f"{BASE}.ft-theirs", intruder, live.account.id)
    if there:
        tags = ours(**{PRODUCT: "food", CREATED: timestamp(LONG_AGO)})
        live.deploy("food", made.model, tags, live.account.id)
    home.gone = True
    [row] = plan(read(World([home, live], [])), POLICY, NOW).deleted_accounts
    assert row.action == ("purge" if there else "keep")
    assert ("keeps a copy of" in row.reason) is not there
