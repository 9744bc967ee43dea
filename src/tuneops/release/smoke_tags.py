"""The smoke test's verdict as tags of the deployment it judged: for people, and to find things.

Whoever may write tags could write these, so no release is decided by them (`comparison`).
"""

import re
from collections.abc import Mapping

from tuneops.azure import deployments
from tuneops.azure.account import Foundry
from tuneops.azure.deployments import Deployment
from tuneops.errors import UndecidedError
from tuneops.limits import MAX_TAG_VALUE
from tuneops.release.history import Release
from tuneops.tags import is_ours

_RATE = re.compile(r"([^=,]+)=(\d{1,3})/(\d{1,3})")
_SMOKE = "tuneops-smoke"


def record(foundry: Foundry, name: str, judged: Release) -> None:
    """Tag the deployment with the verdict on the release that it served when it was asked.

    A deployment that is not ours is left as it is.

    Raises:
        UndecidedError: It serves another release by now.
    """
    found = deployments.find(foundry.session, foundry.account, name)
    if found is None or not is_ours(found.tags):
        return

    def check(now: Deployment | None) -> None:
        if now is None or _served(Release.current(now)) != _served(judged):
            serves = f"serves {now.model}" if now else "is gone"
            raise UndecidedError(
                f"{name} {serves}, not {judged.model} of job {judged.job}, which was judged.",
                remedy="The report stands; to release it, deploy that candidate and run it again.",
            )

    tags = {tag: value for tag, value in judged.tags().items() if tag.startswith(_SMOKE)}
    deployments.tag(foundry.session, foundry.account, name, tags, check=check)


def _served(release: Release) -> tuple[str, str, str]:
    return release.model, release.job, release.key


def read_rates(tag: str) -> list[tuple[str, str, str]]:
    """Check, percent of the baseline and of the candidate, as far as the tag is well formed."""
    return [(found[1], found[2], found[3]) for found in _RATE.finditer(tag)]


def written_rates(rates: Mapping[str, tuple[float, float]]) -> str:
    """Shares (0..1) of answers that held, by check; whole entries, as many as a tag holds."""
    text = ""
    for check, (baseline, candidate) in rates.items():
        entry = f"{',' if text else ''}{check}={100 * baseline:.0f}/{100 * candidate:.0f}"
        if len(text + entry) > MAX_TAG_VALUE:
            break
        text += entry
    return text
