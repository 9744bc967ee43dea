"""What a fine-tuning job left to be released, as the service tells it now."""

from collections.abc import Iterable
from dataclasses import dataclass

from tuneops.azure import deployments, jobs
from tuneops.azure.account import Foundry
from tuneops.azure.jobs import Checkpoint
from tuneops.config import Config
from tuneops.errors import NotFoundError, PreconditionError
from tuneops.names import short
from tuneops.release.history import Release
from tuneops.training import key as content
from tuneops.training import lookup
from tuneops.training.job_states import without_result


@dataclass(frozen=True)
class Trained:
    """``key`` is the short content key."""

    job: str
    key: str
    model: str
    checkpoints: tuple[Checkpoint, ...]
    continues: str = ""

    @property
    def models(self) -> frozenset[str]:
        return _names(self.model, self.checkpoints)

    def release(self, checkpoint: str | None) -> Release:
        """The final model, or the checkpoint with this id or step number.

        A checkpoint's id is the name by which Azure deploys it (fine-tuning guide, 2026-10).

        Raises:
            PreconditionError: The job has no such checkpoint.
        """
        if checkpoint is None:
            return self._of(self.model)
        for each in self.checkpoints:
            if checkpoint in {each.id, str(each.step)}:
                return self._of(each.id)
        listed = ", ".join(f"{each.step} ({each.id})" for each in self.checkpoints)
        raise PreconditionError(
            f"Job {self.job} has no checkpoint {checkpoint}.",
            remedy=f"It has: {listed or 'none'}.",
        )

    def _of(self, model: str) -> Release:
        return Release(model, key=self.key, job=self.job, continues=self.continues)


def trained(config: Config, home: Foundry, job_id: str | None) -> Trained:
    """What the named job left, else the job that trained the product's present content.

    Raises:
        PreconditionError: There is no such job, or it is not this product's.
        StillRunningError: It is not done yet.
    """
    job = lookup.find(config, home.client, job_id)
    if not job.fine_tuned_model or job.status != "succeeded":
        raise without_result(job, "model")
    key = (job.suffix or "").rpartition("-")[2] or short(content.content_key(config))
    checkpoints = jobs.checkpoints(home.client, job.id)
    continues = job.model if deployments.is_fine_tuned(job.model) else ""
    return Trained(job.id, key, job.fine_tuned_model, tuple(checkpoints), continues)


def models_of(home: Foundry, job_id: str) -> frozenset[str]:
    """Every name under which Azure deploys what the job trained; none where it is not there."""
    try:
        job = jobs.get(home.client, job_id)
    except NotFoundError:
        return frozenset()
    return _names(job.fine_tuned_model, jobs.checkpoints(home.client, job_id))


def _names(model: str | None, checkpoints: Iterable[Checkpoint]) -> frozenset[str]:
    """Every name under which Azure deploys what a job trained."""
    saved = (name for each in checkpoints for name in (each.id, each.model))
    return frozenset(name for name in (model, *saved) if name)
