"""The history of a deployment, kept in its tags: what it serves, and what it served before."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from tuneops.azure.deployments import Deployment
from tuneops.limits import MAX_TAG_VALUE
from tuneops.tags import (
    APPROVED_BY,
    CONTINUES,
    CREATED,
    DATA_DIGEST,
    GIT_SHA,
    JOB,
    KEY,
    SERVED,
    SMOKE,
    SMOKE_JOB,
    SMOKE_KEY,
    SMOKE_MODEL,
    SMOKE_RATES,
    SMOKE_REPORT,
)

_PREVIOUS = "tuneops-previous-"
_TAGS = {
    "key": KEY,
    "job": JOB,
    "continues": CONTINUES,
    "git_sha": GIT_SHA,
    "released": CREATED,
    "data_digest": DATA_DIGEST,
    "smoke": SMOKE,
    "smoke_key": SMOKE_KEY,
    "smoke_model": SMOKE_MODEL,
    "smoke_job": SMOKE_JOB,
    "smoke_rates": SMOKE_RATES,
    "smoke_report": SMOKE_REPORT,
    "approved_by": APPROVED_BY,
    "served": SERVED,
}


@dataclass(frozen=True)
class Release:
    """A fine-tuned model with where it comes from; what is not known is empty.

    ``key`` is the short content key, ``continues`` the fine-tuned model that was trained further
    to it, ``data_digest`` the SHA-256 of the training file's bytes,
    ``smoke`` the smoke test's verdict on ``smoke_model`` of job ``smoke_job`` and content
    ``smoke_key``, ``smoke_rates`` what each of its checks found (`verdict.read_rates`),
    ``smoke_report`` the SHA-256 of its record, ``released`` the time of the deployment and
    ``served`` that of its first answer in production (UTC).
    """

    model: str
    key: str = ""
    job: str = ""
    continues: str = ""
    git_sha: str = ""
    released: str = ""
    data_digest: str = ""
    smoke: str = ""
    smoke_key: str = ""
    smoke_model: str = ""
    smoke_job: str = ""
    smoke_rates: str = ""
    smoke_report: str = ""
    approved_by: str = ""
    served: str = ""

    @classmethod
    def current(cls, deployment: Deployment) -> Self:
        """What the deployment serves."""
        known = {name: deployment.tags.get(tag, "") for name, tag in _TAGS.items()}
        return cls(model=deployment.model, **known)

    @classmethod
    def previous(cls, deployment: Deployment) -> Self | None:
        """What the deployment served before; None where this is its first release."""
        known = {f.name: deployment.tags.get(_previous(f.name), "") for f in fields(cls)}
        return cls(**known) if known["model"] else None

    def tags(self) -> dict[str, str]:
        """The tags that say where the model comes from."""
        return _given({tag: getattr(self, name) for name, tag in _TAGS.items()})

    def as_previous(self) -> dict[str, str]:
        """The tags of the deployment that takes this one's place."""
        return _given({_previous(name): value for name, value in asdict(self).items()})

    def facts(self) -> dict[str, Any]:
        return {name: value or None for name, value in asdict(self).items()}


def _previous(field: str) -> str:
    return f"{_PREVIOUS}{field.replace('_', '-')}"


def _given(tags: Mapping[str, str]) -> dict[str, str]:
    return {name: value[:MAX_TAG_VALUE] for name, value in tags.items() if value}
