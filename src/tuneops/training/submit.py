"""Submit a training once: adopt what exists, else upload, claim the content, and create."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from tunelint.rule import Severity
from tuneops.azure import catalog, files, jobs
from tuneops.azure.account import Foundry
from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import Job, NewJob
from tuneops.config import Config
from tuneops.errors import (
    FindingsError,
    JobFailedError,
    NotFoundError,
    StillRunningError,
    TuneopsError,
)
from tuneops.linting.material import material
from tuneops.linting.options import check_product, training_tokens
from tuneops.names import names_of
from tuneops.provision import preflight
from tuneops.training import key as content
from tuneops.training import lookup, next_step
from tuneops.training import preflight as limits
from tuneops.training.duplicates import keep_oldest
from tuneops.training.free_space import make_room
from tuneops.training.next_step import Adopt, Claim, Claimant, Create, Decision, Refuse, Upload
from tuneops.training.preflight import Training
from tuneops.waiting import attempts, seconds_from

Narrate = Callable[[str], None]

_SEEDS = 2**31
_LEASE_SECONDS = 120.0
_LEASES_TO_WAIT = 10
_TOO_MANY = 429
_CLAIM_ROW = b'{"messages":[{"role":"user","content":"?"},{"role":"assistant","content":"!"}]}\n'


@dataclass(frozen=True)
class Submission:
    """A job that trains this content, and whether this run created it; the key has 64 digits."""

    job: Job
    key: str
    created: bool


def submit(
    config: Config,
    foundry: Foundry,
    *,
    retry: bool,
    narrate: Narrate,
    before_upload: Callable[[], None] = lambda: None,
) -> Submission:
    """The job that trains the product's present content.

    ``before_upload`` is called once, after all checks, where something is to be uploaded.

    Raises:
        JobFailedError: A job with this content failed before, and ``retry`` is not given; or the
            service refuses a file.
        FindingsError: The data has errors; nothing is uploaded.
        LifecycleError: The region does not train the base model any more.
        StillRunningError: Another run claims the content, and its job does not appear.
    """
    key = content.content_key(config)
    claimant = Claimant(claim=None, lease_seconds=lease_seconds(), retry=retry)
    run = _Submitting(config, foundry, key, claimant, narrate, before_upload=before_upload)
    return run.run()


def look(config: Config, foundry: Foundry, key: str, *, retry: bool) -> Decision:
    """What is left to do, from what exists in Azure now; changes nothing."""
    claimant = Claimant(claim=None, lease_seconds=lease_seconds(), retry=retry)
    return _Submitting(config, foundry, key, claimant, lambda _: None).look()


def lease_seconds() -> float:
    """How long a claim holds; TUNEOPS_LEASE_SECONDS overrides two minutes."""
    return seconds_from("TUNEOPS_LEASE_SECONDS", _LEASE_SECONDS)


class _Submitting:
    """One run of `submit`; its claim and the decisions that it takes in turn."""

    def __init__(
        self,
        config: Config,
        foundry: Foundry,
        key: str,
        claimant: Claimant,
        narrate: Narrate,
        *,
        before_upload: Callable[[], None] = lambda: None,
    ) -> None:
        self._config = config
        self._client = foundry.client
        self._foundry = foundry
        self._key = key
        self._names = names_of(config, key)
        self._claimant = claimant
        self._narrate = narrate
        self._before_upload = before_upload
        self._uploaded: dict[str, UploadedFile] = {}
        self._looked = 0.0
        self._settling = True
        self._checked = False
        self._took_over = False
        self._asked_for_a_job = False
        self._told: str | None = None
        self._now = 0.0
        self._pauses = attempts(_LEASES_TO_WAIT * claimant.lease_seconds)

    def run(self) -> Submission:
        """Whoever is stopped before it asked for a job takes its claim back, so nobody waits."""
        try:
            return self._run()
        except KeyboardInterrupt:
            if not self._asked_for_a_job:
                self._give_up_claim()
            raise

    def _run(self) -> Submission:
        while True:
            decision = self.look()
            if isinstance(decision, Adopt):
                self._narrate(f"Job {decision.job.id} trains this content: nothing to create.")
                return self._done(decision.job, created=False)
            if isinstance(decision, Create):
                created = self._create(decision)
                if created:
                    return self._done(created, created=True)
            else:
                self._prepare(decision)

    def look(self) -> Decision:
        """Files are read before jobs: whoever gave a claim up has its job in the list by then."""
        self._looked = time.monotonic()
        listing = files.read(self._client)
        self._now = listing.now
        known = jobs.list_all(self._client)
        self._claimant = self._claimant.saw(listing.files, listing.now)
        self._took_over |= next_step.took_over(self._names, listing.files, self._claimant)
        return next_step.decide(
            self._names, known, self._with_ours(listing.files), self._claimant, listing.now
        )

    def _with_ours(self, listed: list[UploadedFile]) -> list[UploadedFile]:
        """The listed files, and those of this run that the list lags behind; not its claim."""
        there = {file.id for file in listed}
        return [*listed, *(file for file in self._uploaded.values() if file.id not in there)]

    def _prepare(self, decision: Refuse | Upload | Claim | next_step.Wait) -> None:
        if isinstance(decision, Refuse):
            raise _tried_before(decision.job)
        if isinstance(decision, Upload | Claim) and not self._checked:
            lookup.base_model(self._config, self._client)
            training = check(self._config, self._foundry)
            self._narrate(f"{limits.estimate(self._config, training)}.")
            self._before_upload()
            make_room(self._config, self._foundry, training, self._narrate)
            self._checked = True
        if isinstance(decision, Upload):
            self._upload(decision)
        elif isinstance(decision, Claim):
            self._give_up_claim()
            claim = files.upload(self._client, self._names.claim, _CLAIM_ROW)
            self._claimant = self._claimant.claims(claim)
        else:
            self._pause(decision.claim)

    def _upload(self, decision: Upload) -> None:
        rows = material(self._config)
        wanted = (
            (decision.training_file, self._names.training_file, rows.training),
            (decision.validation_file, self._names.validation_file, rows.validation),
        )
        for there, name, data in wanted:
            self._is_processed(there or self._upload_one(name, data))

    def _upload_one(self, name: str, data: bytes) -> UploadedFile:
        rows = data.count(b"\n")
        self._narrate(f"Uploading {rows:,} rows as {name}.")
        uploaded = files.upload(self._client, name, data)
        self._uploaded[uploaded.id] = uploaded
        return uploaded

    def _is_processed(self, file: UploadedFile) -> bool:
        """Wait for it; False where it was removed meanwhile, and another look must decide."""
        try:
            files.wait_until_processed(self._client, file.id)
        except NotFoundError:
            self._narrate(f"{file.name} was removed meanwhile: looking again.")
            self._uploaded.pop(file.id, None)
            self._pause(None)
            return False
        return True

    def _create(self, decision: Create) -> Job | None:
        """Create the job; None where nothing was created and another look must decide."""
        there = (decision.training_file, decision.validation_file)
        if not all(self._is_processed(file) for file in there):
            return None
        left = self._looked + decision.within_seconds - time.monotonic()
        if left <= 0:
            return None
        new = self._new_job(decision)
        self._narrate(f"Creating the job: {new.model}, suffix {new.suffix}, seed {new.seed}.")
        self._asked_for_a_job = True
        try:
            return jobs.create(self._client, new, within_seconds=left)
        except TuneopsError as error:
            self._asked_for_a_job = error.may_have_happened
            if error.status == _TOO_MANY:
                self._pause(None)
                return None
            if not error.may_have_happened:
                self._give_up_claim()
                raise
            return self._find_created(error)

    def _find_created(self, lost: TuneopsError) -> Job:
        """The job whose creation was not answered, for half a lease beyond the claim's.

        Raises:
            TuneopsError: No job appears; the claim stays, so that nobody creates too early.
        """
        for _ in attempts(self._claimant.lease_seconds):
            found = self.look()
            if isinstance(found, Adopt):
                self._narrate(f"The answer was lost, but the job exists: {found.job.id}.")
                return found.job
        raise lost

    def _new_job(self, decision: Create) -> NewJob:
        tuning = self._config.fine_tuning
        return NewJob(
            model=lookup.base_model(self._config, self._client),
            training_file=decision.training_file.id,
            validation_file=decision.validation_file.id,
            suffix=self._names.suffix,
            seed=secrets.randbelow(_SEEDS) if tuning.seed == "random" else tuning.seed,
            training_type=tuning.training_type,
            method=tuning.method,
            settings=tuning.settings(),
        )

    def _done(self, job: Job, *, created: bool) -> Submission:
        """End once the job is listed: then whoever comes next finds it, without our claim."""
        for _ in attempts(self._claimant.lease_seconds / 2):
            listed = files.read(self._client).files
            known = jobs.list_all(self._client)
            if any(each.id == job.id for each in known):
                for file in next_step.surplus(self._names, known, listed):
                    files.delete_if_there(self._client, file.id)
                break
        kept = self._only_one(job, within_seconds=self._seconds_to_look(created=created))
        return Submission(kept, self._key, created and kept.id == job.id)

    def _seconds_to_look(self, *, created: bool) -> float:
        """How long the request of another run may still make a second job."""
        if not (created and self._took_over):
            return 0
        seconds = self._claimant.lease_seconds
        self._narrate(f"Another run claimed this before: looking {seconds:.0f} s for its job.")
        return seconds

    def _only_one(self, job: Job, *, within_seconds: float) -> Job:
        """The job of the content that is kept, after the younger ones were cancelled."""
        for _ in attempts(within_seconds):
            job = keep_oldest(self._config, self._client, self._names, self._narrate) or job
        return job

    def _give_up_claim(self) -> None:
        claim = self._claim_id()
        if claim:
            files.delete_if_there(self._client, claim)

    def _claim_id(self) -> str | None:
        return self._claimant.claim.id if self._claimant.claim else None

    def _pause(self, claim: UploadedFile | None) -> None:
        is_ours = claim is not None and claim.id == self._claim_id()
        if is_ours and self._settling:
            self._settling = False
            time.sleep(next_step.SETTLE_SECONDS)
            return
        if claim and not is_ours:
            self._tell_of(claim)
        if next(self._pauses, None) is None:
            raise StillRunningError(
                "This content is claimed, and no job of it appears.",
                remedy="Run the same command again.",
            )

    def _tell_of(self, claim: UploadedFile) -> None:
        """Once for each claim of another run."""
        if claim.id == self._told:
            return
        self._told = claim.id
        left = max(0.0, claim.created + self._claimant.lease_seconds - self._now)
        self._narrate(f"Another run claims this content: waiting up to {left:.0f} s for its job.")


def check(config: Config, foundry: Foundry) -> Training:
    """Whether the data is sound, the training affordable, and the model still trained there.

    The last is not known with a key alone, which does not open the region's catalogue.

    Raises:
        FindingsError: The data has errors.
        AzureRefusedError: The training costs more than configured, the model has retired, or the
            region does not train it as the configured type.
        QuotaError: The job is larger than Azure takes.
    """
    report = check_product(config)
    errors = [f for f in report.findings if f.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        raise FindingsError(
            f"The data has {len(errors)} errors, first {first.file}:{first.line}: {first.message}",
            remedy="Run 'validate_data.py check' for all of them, and mend the files.",
        )
    training = Training(training_tokens(config, report), material(config).size)
    limits.check_cost(config, training)
    limits.check_size(config, training)
    if foundry.managed is not None:
        offered = catalog.models(foundry.session, config.azure.region)
        model = preflight.check_model(config, offered, datetime.now(UTC))
        limits.check_training_type(config, model)
    return training


def _tried_before(job: Job) -> JobFailedError:
    return JobFailedError(
        f"Job {job.id} with exactly this content is {job.status}: {job.error or 'no reason given'}",
        remedy="Change the data as the message says, or try the same again with --retry.",
    )
