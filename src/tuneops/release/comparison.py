"""What a smoke test compared and found, and whether that lets a model into production; no Azure.

A comparison is read from run.json. In a workflow the job that deploys checks the file against
what the job that compared put out, which no identity in Azure can write.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuneops.azure.deployments import Deployment
from tuneops.errors import ConfigError, FindingsError, PreconditionError, UndecidedError
from tuneops.release import plan
from tuneops.release.history import Release
from tuneops.release.smoke_tags import written_rates
from tuneops.smoke.record import Run, read_bytes, read_run
from tuneops.smoke.verdict import Outcome


@dataclass(frozen=True)
class Comparison:
    """``digest`` is the SHA-256 of the bytes of run.json."""

    run: Run
    digest: str

    @property
    def model(self) -> str:
        return self.run.origin.model

    @property
    def outcome(self) -> Outcome:
        return self.run.verdict.outcome

    @property
    def release(self) -> Release:
        """The model that was compared, with the verdict on it."""
        origin = self.run.origin
        return Release(
            origin.model,
            key=origin.key,
            job=origin.job,
            data_digest=origin.data_digest,
            smoke=self.outcome,
            smoke_key=origin.key,
            smoke_model=origin.model,
            smoke_job=origin.job,
            smoke_rates=written_rates(self.run.rates),
            smoke_report=self.digest,
        )

    def put_out(self) -> dict[str, str]:
        """What a job hands to the one that deploys."""
        return {"model": self.model, "verdict": self.outcome.value, "digest": self.digest}


def read(path: Path, put_out: str | None = None) -> Comparison:
    """The comparison in run.json, which must be the one that ``put_out`` tells of, if given.

    ``put_out`` is a JSON object with model, verdict and digest.

    Raises:
        PreconditionError: There is no such file.
        ConfigError: The file is no run, or ``put_out`` no such object.
        UndecidedError: It is another run than the one that was put out.
    """
    if not path.exists():
        raise PreconditionError(
            f"Nobody compared the model: there is no {path}.",
            remedy="Run 'deploy.py candidate' and 'smoke_test.py run', or name its run.json.",
        )
    content = read_bytes(path)
    found = Comparison(read_run(content, path), hashlib.sha256(content).hexdigest())
    if put_out is not None and _told(put_out) != found.put_out():
        raise UndecidedError(
            f"{path} is not what the candidate's job put out.",
            remedy="Somebody changed it on the way: look at the run, and start the release anew.",
        )
    return found


def check(
    found: Comparison,
    product: str,
    account: str,
    trained: tuple[str, str],
    models: Collection[str],
) -> None:
    """Whether it lets one of the ``models`` of a job into production.

    ``account`` is the ARM id of the one that is deployed to, ``trained`` the job with its short
    content key, as the service tells them now.

    Raises:
        FindingsError: The model did not pass.
        UndecidedError: It is of another model, job, product or account.
    """
    origin = found.run.origin
    compared = (found.run.product, origin.account.lower(), (origin.job, origin.key))
    if compared != (product, account.lower(), trained):
        raise UndecidedError(
            f"The smoke test is of product '{found.run.product}', job {origin.job} (content "
            f"{origin.key}) in {origin.account or 'no account'}, not of '{product}', job "
            f"{trained[0]} (content {trained[1]}) in {account}.",
            remedy=f"Release that one with --job {origin.job}, or deploy the candidate anew.",
        )
    if found.outcome is not Outcome.PASS:
        raise FindingsError(
            f"The smoke test of {found.model} ended with {found.outcome}.",
            remedy="Look at its report; mend the data, or run the smoke test again.",
        )
    if found.model not in models:
        raise UndecidedError(
            f"Job {origin.job} did not train {found.model}, which was compared.",
            remedy="Somebody changed the candidate: deploy it anew and compare it again.",
        )


def check_candidate(candidate: Deployment | None, found: Comparison, name: str) -> None:
    """Whether the candidate is still what was compared.

    Raises:
        PreconditionError: It does not exist, or is not made.
        UndecidedError: It serves another model, or is not the product's.
    """
    if candidate is None or candidate.state != plan.SUCCEEDED:
        state = f"is {candidate.state}" if candidate else "does not exist"
        raise PreconditionError(
            f"{found.model} was not tried as a candidate: deployment {name} {state}.",
            remedy="Run 'deploy.py candidate' and 'smoke_test.py run' first.",
        )
    plan.check_ours(candidate, found.run.product)
    if candidate.model != found.model:
        raise UndecidedError(
            f"{name} serves {candidate.model}, not {found.model}, which was compared.",
            remedy="Deploy the candidate anew and compare it again.",
        )


def _told(put_out: str) -> dict[str, Any]:
    try:
        told = json.loads(put_out)
        return {name: told[name] for name in ("model", "verdict", "digest")}
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            "That is not what a candidate's job puts out: JSON with model, verdict and digest.",
            remedy="Hand over the outputs of the job that compared, or leave --compared out.",
        ) from error
