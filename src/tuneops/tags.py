"""The tags by which this project knows what is its own in Azure; clean-up touches nothing else."""

import os
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

MANAGED_BY = "managed-by"
PRODUCT = "tuneops-product"
KEY = "tuneops-key"
GIT_SHA = "tuneops-git-sha"
DIRTY = "-dirty"  # behind a commit, as git describes a tree with changes
CREATED = "tuneops-created"
EXPIRES = "tuneops-expires"
JOB = "tuneops-job"
CONTINUES = "tuneops-continues"
DATA_DIGEST = "tuneops-data-digest"
SMOKE = "tuneops-smoke"
SMOKE_KEY = "tuneops-smoke-key"
SMOKE_MODEL = "tuneops-smoke-model"
SMOKE_JOB = "tuneops-smoke-job"
SMOKE_RATES = "tuneops-smoke-rates"
SMOKE_REPORT = "tuneops-smoke-report"
SERVED = "tuneops-served"
ROLLED_BACK_FROM = "tuneops-rolled-back-from"
APPROVED_BY = "tuneops-approved-by"
PREVIOUS_MODEL = "tuneops-previous-model"
PREVIOUS_KEY = "tuneops-previous-key"
PREVIOUS_JOB = "tuneops-previous-job"
KEPT_RELEASE = "tuneops-kept-"  # a copy of a release, on the base deployment


_REMOTE = re.compile(r"[:/]([^/:]+/[^/]+?)(?:\.git)?/?$")


def owner() -> str:
    """``tuneops/<owner>/<repository>``: GitHub's word, else the remote's, else ``local``."""
    return f"tuneops/{os.environ.get('GITHUB_REPOSITORY') or _remote_repository()}"


@cache
def _remote_repository() -> str:
    remote = _REMOTE.search(_git("config", "--get", "remote.origin.url"))
    return remote[1] if remote else "local"


def new_tags(
    product: str, *, key: str = "", expires_after: timedelta | None = None
) -> dict[str, str]:
    """The tags of something that is created now."""
    now = datetime.now(UTC)
    given = {
        MANAGED_BY: owner(),
        PRODUCT: product,
        KEY: key,
        GIT_SHA: os.environ.get("GITHUB_SHA") or _commit(),
        CREATED: timestamp(now),
        EXPIRES: timestamp(now + expires_after) if expires_after else "",
    }
    return {name: value for name, value in given.items() if value}


def is_ours(tags: Mapping[str, str] | None) -> bool:
    return bool(tags) and tags is not None and tags.get(MANAGED_BY) == owner()


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def date_time(seconds: int | None) -> str | None:
    """Seconds since 1970 as RFC 3339 in UTC."""
    return None if seconds is None else timestamp(datetime.fromtimestamp(seconds, UTC))


def read_timestamp(text: str | None) -> datetime | None:
    """The moment that a tag names, in UTC; None where it is absent, malformed or out of range."""
    try:
        moment = datetime.fromisoformat(text or "")
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def read_seconds(seconds: int) -> datetime | None:
    """The moment so many seconds after 1970, in UTC; None where it is out of range."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _commit() -> str:
    """The commit of the working tree, marked where the tree has what the commit has not."""
    head = _git("rev-parse", "HEAD")
    return f"{head}{DIRTY}" if head and _git("status", "--porcelain") else head


def _git(*arguments: str) -> str:
    try:
        answer = subprocess.run(  # noqa: S603 - fixed arguments of our own
            ["git", *arguments],  # noqa: S607 - git is found on PATH everywhere
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
