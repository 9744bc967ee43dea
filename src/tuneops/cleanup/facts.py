"""What clean-up knows of a resource group when it decides; plain data."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from tuneops.azure import deployments
from tuneops.azure.deployments import Deployment
from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import Job
from tuneops.azure.locks import Lock
from tuneops.azure.resources import Account, ResourceGroup
from tuneops.azure.subscription import Resource
from tuneops.tags import CREATED, EXPIRES, JOB, read_timestamp, timestamp

PROTECT = "tuneops-protect"
DELETE_AFTER = "tuneops-delete-after"
MARKED = "tuneops-marked"

# Azure's rule for the names of resource groups; a plan file may not say anything else.
GroupName = Annotated[str, Field(pattern=r"^[\w().-]{0,89}[\w()-]$")]


@dataclass(frozen=True)
class AccountFacts:
    """An account of ours from inside; ``unread`` says what of it Azure did not tell, and why.

    ``calls`` are the latest ones by deployment in lower case, None where nobody can say.
    """

    account: Account
    deployments: tuple[Deployment, ...] = ()
    jobs: tuple[Job, ...] = ()
    files: tuple[UploadedFile, ...] = ()
    calls: Mapping[str, float] | None = None
    unread: str = ""
    deployments_read: bool = True


@dataclass(frozen=True)
class GroupFacts:
    """A group, the locks that hold it from above, on it or inside, and what is in it."""

    group: ResourceGroup
    locks: tuple[Lock, ...] = ()
    resources: tuple[Resource, ...] = ()
    accounts: tuple[AccountFacts, ...] = ()

    @property
    def tags(self) -> Mapping[str, str]:
        return self.group.tags

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        return tuple(found for inside in self.accounts for found in inside.deployments)


@dataclass(frozen=True)
class Age:
    """Since when a group has been as it is, and how that is known."""

    since: datetime
    source: str


def tag(tags: Mapping[str, str], name: str) -> str | None:
    """A tag's value; Azure's tag names have no case."""
    return next((value for key, value in tags.items() if key.lower() == name), None)


def tags_digest(tags: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(tags), sort_keys=True).encode()).hexdigest()


def contents(facts: GroupFacts) -> tuple[str, ...]:
    """One line for each thing inside; another thing of the same name has another line."""
    inside = [f"{found.type}/{found.name} {_when(found.created)}" for found in facts.resources]
    for account in facts.accounts:
        place = account.account.name
        inside += [f"deployment {place}/{d.name} {d.model}" for d in account.deployments]
    return tuple(sorted(inside))


def age_of(facts: GroupFacts) -> Age | None:
    """The group's age, by its own tag or by the youngest thing in it; None where it is unknown."""
    created = read_timestamp(tag(facts.tags, CREATED))
    if created is None:
        return None
    known = [Age(created, f"tag {CREATED}")]
    known += [Age(r.created, f"creation of {r.name}") for r in facts.resources if r.created]
    return max(known, key=lambda age: age.since)


def is_fine_tuned(deployment: Deployment) -> bool:
    """By our tag, or by the model's name."""
    named = deployments.is_fine_tuned(deployment.model)
    return named or tag(deployment.tags, JOB) is not None


def is_candidate(deployment: Deployment) -> bool:
    """A deployment that was meant to end from its first day; every other one is production's."""
    return tag(deployment.tags, EXPIRES) is not None


def _when(moment: datetime | None) -> str:
    return timestamp(moment) if moment else "-"
