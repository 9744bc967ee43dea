"""The smoke test's verdict, kept where the decision needs it: on the deployment it judged."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tuneops.azure import deployments
from tuneops.azure.account import Foundry
from tuneops.limits import MAX_TAG_VALUE
from tuneops.tags import SMOKE, SMOKE_KEY, SMOKE_RATES, SMOKE_REPORT, is_ours

_RATE = re.compile(r"([^=,]+)=(\d{1,3})/(\d{1,3})")


@dataclass(frozen=True)
class Verdict:
    """``key`` is that of the deployment when it was asked.

    Should another content be deployed there by now, no release takes the verdict for its own.
    ``rates`` are by check the shares (0..1) of answers that held, of the baseline and of the
    candidate.
    """

    outcome: str
    key: str
    rates: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def record(foundry: Foundry, deployment: str, verdict: Verdict, report: Path) -> None:
    """Tag the deployment with the verdict and the digest of its record.

    A deployment that is not ours is left as it is.
    """
    found = deployments.find(foundry.session, foundry.account, deployment)
    if found is None or not is_ours(found.tags):
        return
    tags = {
        SMOKE: verdict.outcome,
        SMOKE_KEY: verdict.key,
        SMOKE_RATES: _written(verdict.rates),
        SMOKE_REPORT: hashlib.sha256(report.read_bytes()).hexdigest(),
    }
    deployments.tag(foundry.session, foundry.account, found, tags)


def read_rates(tag: str) -> list[tuple[str, str, str]]:
    """Check, percent of the baseline and of the candidate, as far as the tag is well formed."""
    return [(found[1], found[2], found[3]) for found in _RATE.finditer(tag)]


def _written(rates: Mapping[str, tuple[float, float]]) -> str:
    """Whole entries, as many as a tag holds."""
    text = ""
    for check, (baseline, candidate) in rates.items():
        entry = f"{',' if text else ''}{check}={100 * baseline:.0f}/{100 * candidate:.0f}"
        if len(text + entry) > MAX_TAG_VALUE:
            break
        text += entry
    return text
