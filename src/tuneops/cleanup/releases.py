"""What the releases of all stages stand on, told by the tags of deployments; no I/O.

A product has at most one production deployment in each account. Whatever a tag names is needed,
whoever set it; only what carries our own tag lets anything go.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from tuneops.azure.deployments import Deployment
from tuneops.azure.resources import Account
from tuneops.cleanup.facts import AccountFacts, is_candidate, is_fine_tuned, tag
from tuneops.config_types import KEY_DIGITS
from tuneops.tags import (
    CREATED,
    JOB,
    KEPT_RELEASE,
    KEY,
    PREVIOUS_JOB,
    PREVIOUS_KEY,
    PREVIOUS_MODEL,
    PRODUCT,
    is_ours,
    read_timestamp,
)

Place = tuple[str, str]


@dataclass(frozen=True)
class Deployed:
    """A deployment in its account, with what it serves and what a rollback of it needs.

    ``trained_in`` is the id of the account that holds its models, in lower case; ``created`` is
    None where nobody can say. ``copied`` are the products whose releases it keeps a copy of.
    """

    account: Account
    name: str
    product: str | None
    ours: bool
    released: bool
    created: datetime | None
    trained_in: str
    model: str | None
    previous_models: frozenset[str]
    keys: frozenset[str]
    jobs: frozenset[str]
    copied: frozenset[str]

    @property
    def place(self) -> Place:
        return place(self.account, self.name)

    @property
    def models(self) -> frozenset[str]:
        return self.previous_models | ({self.model} if self.model else frozenset())


@dataclass(frozen=True)
class Releases:
    """``unread`` says why some account's deployments are not among these; empty where all are.

    ``named`` are the places of production by the products' configurations, ``hosting`` what a
    product's fine-tuned deployment costs an hour by its own (US dollars).
    """

    deployed: tuple[Deployed, ...] = ()
    unread: str = ""
    named: frozenset[Place] = frozenset()
    hosting: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def production(self) -> frozenset[Place]:
        """Where a configuration has it, whatever the tags say.

        By the tags the newest of each product in each account, all of them where several are
        equally new, and each whose product or age is unknown.
        """
        released = [found for found in self.deployed if found.ours and found.released]
        newest: dict[tuple[str, str], datetime] = {}
        for one in released:
            if one.created and one.product:
                line = (one.account.id.lower(), one.product)
                newest[line] = max(one.created, newest.get(line, one.created))
        return self.named | {
            one.place
            for one in released
            if not (one.created and one.product)
            or one.created == newest[one.account.id.lower(), one.product]
        }

    @cached_property
    def production_models(self) -> frozenset[str]:
        return frozenset(d.model for d in self.deployed if d.place in self.production and d.model)

    @cached_property
    def previous_models(self) -> frozenset[str]:
        return frozenset(model for found in self.deployed for model in found.previous_models)

    @cached_property
    def models(self) -> frozenset[str]:
        """All that are deployed, or that a rollback goes back to."""
        return frozenset(model for found in self.deployed for model in found.models)

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(key for found in self.deployed for key in found.keys)

    @cached_property
    def jobs(self) -> frozenset[str]:
        return frozenset(job for found in self.deployed for job in found.jobs)

    @cached_property
    def released(self) -> frozenset[tuple[str, str]]:
        """Accounts that trained a release of ours, by id in lower case, each with the product."""
        ours = (d for d in self.deployed if d.ours and d.released)
        return frozenset((d.trained_in, d.product) for d in ours if d.product)

    @cached_property
    def lost(self) -> tuple[Deployed, ...]:
        """Base deployments that keep a copy of a release whose deployment is gone.

        A copy does not say which account trained the model.
        """
        there = {(d.account.id.lower(), d.product) for d in self.deployed if d.ours and d.released}
        return tuple(
            d
            for d in self.deployed
            if any((d.account.id.lower(), p) not in there for p in d.copied)
        )

    def outside(self, group: str) -> Iterator[Deployed]:
        return (d for d in self.deployed if d.account.resource_group.lower() != group.lower())


def releases_of(
    accounts: Iterable[AccountFacts],
    now: datetime,
    named: Iterable[Place] = (),
    hosting: Mapping[str, float] | None = None,
) -> Releases:
    """The same account may be there twice."""
    found = {facts.account.id.lower(): facts for facts in accounts}
    deployed = (
        _deployed(facts.account, deployment, now)
        for facts in found.values()
        for deployment in facts.deployments
    )
    unread = [facts.unread for facts in found.values() if not facts.deployments_read]
    why = unread[0] if unread else ""
    return Releases(tuple(deployed), why, frozenset(named), hosting or {})


def place(account: Account, deployment: str) -> Place:
    """Names a deployment in the whole world; Azure's names have no case."""
    return account.id.lower(), deployment.lower()


def remembered(deployment: Deployment) -> frozenset[str]:
    """Every word of the copies of releases that a base deployment keeps: models, keys and jobs."""
    return frozenset(word for text in _copies(deployment).values() for word in text.split())


def _copies(deployment: Deployment) -> dict[str, str]:
    """The copies of releases that a base deployment keeps, by product or what follows it."""
    tags = ((name.lower(), text) for name, text in deployment.tags.items())
    return {n.removeprefix(KEPT_RELEASE): t for n, t in tags if n.startswith(KEPT_RELEASE)}


def _deployed(account: Account, found: Deployment, now: datetime) -> Deployed:
    tuned, words = is_fine_tuned(found), remembered(found)
    created = read_timestamp(tag(found.tags, CREATED))
    keys = _values(found, KEY, PREVIOUS_KEY) | words
    return Deployed(
        account=account,
        name=found.name,
        product=tag(found.tags, PRODUCT),
        ours=is_ours(found.tags),
        released=tuned and not is_candidate(found),
        created=created if created and created <= now else None,
        trained_in=(found.source or account.id).lower(),
        model=found.model if tuned else None,
        previous_models=_values(found, PREVIOUS_MODEL) | words,
        keys=frozenset(key[:KEY_DIGITS] for key in keys),
        jobs=_values(found, JOB, PREVIOUS_JOB) | words,
        copied=frozenset(name.removesuffix(".before") for name in _copies(found)),
    )


def _values(deployment: Deployment, *names: str) -> frozenset[str]:
    values = (tag(deployment.tags, name) for name in names)
    return frozenset(value for value in values if value)
