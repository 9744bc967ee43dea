"""The smoke test's verdict, kept where the decision needs it: on the deployment it judged."""

import hashlib
from pathlib import Path

from tuneops import ownership
from tuneops.azure import deployments
from tuneops.azure.account import Foundry


def record(foundry: Foundry, deployment: str, outcome: str, key: str, report: Path) -> None:
    """Tag the deployment with the verdict, the content that was judged and the record's digest.

    ``key`` is that of the deployment when it was asked: should another content be deployed there
    by now, no release takes the verdict for its own. A deployment that is not ours is left as it
    is.
    """
    found = deployments.find(foundry.session, foundry.account, deployment)
    if found is None or not ownership.is_ours(found.tags):
        return
    verdict = {
        ownership.SMOKE: outcome,
        ownership.SMOKE_KEY: key,
        ownership.SMOKE_REPORT: hashlib.sha256(report.read_bytes()).hexdigest(),
    }
    deployments.tag(foundry.session, foundry.account, found, verdict)
