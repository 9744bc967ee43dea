"""The middle of the pipeline in one forked process, which can be killed at any request.

Forked, not started: importing the SDKs for each of hundreds of runs would take most of the time.
What runs is what the scripts run.
"""

import http.client
import importlib
import json
import os
import runpy
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import httpcore2

from tuneops import config as configuration
from tuneops import tags
from tuneops.azure import deployments, files, jobs
from tuneops.azure.account import open_foundry
from tuneops.azure.cloud import connect
from tuneops.checks.base import Judgement
from tuneops.commands import deploy as release
from tuneops.commands import fine_tune as training
from tuneops.commands import reconcile as reconciling
from tuneops.config import Config, Gate
from tuneops.linting.options import check_product
from tuneops.provision import create
from tuneops.release import comparison, history_backup, plan, smoke_tags
from tuneops.release.history import Release
from tuneops.release.target import open_place
from tuneops.release.trained import trained
from tuneops.smoke.answer import Answer
from tuneops.smoke.record import RecordOrigin, Run, Settings
from tuneops.smoke.verdict import JudgedAnswer, Outcome, Verdict, results

ROOT = Path(__file__).parents[2]
_SDKS = (
    "azure.identity",
    "azure.mgmt.cognitiveservices.models",
    "azure.mgmt.resource.resources",
    "openai.resources.chat.completions.completions",
    "openai.resources.files",
    "openai.resources.fine_tuning.fine_tuning",
    "openai.resources.fine_tuning.jobs.checkpoints",
    "openai.resources.fine_tuning.jobs.jobs",
)


SERVED = {"served": "2026-12-01T00:00:00Z"}


class Cut:
    """Counts requests, and sends the process a signal before or after the chosen one."""

    def __init__(
        self,
        at: int | None = None,
        *,
        after: bool = False,
        number: signal.Signals = signal.SIGKILL,
    ) -> None:
        self._at = at
        self._after = after
        self._number = number
        self.requests = 0

    def before(self) -> None:
        self.requests += 1
        if self.requests == self._at and not self._after:
            os.kill(os.getpid(), self._number)

    def after(self) -> None:
        if self.requests == self._at and self._after:
            os.kill(os.getpid(), self._number)


@dataclass(frozen=True)
class Forked:
    """A child that runs, and the pipe that its count of requests comes through."""

    pid: int
    pipe: int

    def wait(self) -> tuple[int, int]:
        """Its exit code (negative: killed) and the requests it made."""
        with os.fdopen(self.pipe, "rb") as pipe:
            counted = pipe.read()
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status), int(counted or 0)


def warm_up(config: Path) -> None:
    """Load here, once, what every child would load for itself: SDKs, vocabularies, languages."""
    for name in _SDKS:
        importlib.import_module(name)
    check_product(configuration.load(config))


def start_forked(work: Callable[[], None], log: Path, cut: Cut | None = None) -> Forked:
    """Run ``work`` in a child; call it from the main thread only, as a fork copies no other."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _in_child(work, log, cut or Cut(), writing)
    os.close(writing)
    return Forked(child, reading)


def run_forked(work: Callable[[], None], log: Path, cut: Cut | None = None) -> tuple[int, int]:
    return start_forked(work, log, cut).wait()


@dataclass(frozen=True)
class Answered:
    """How a script ended, and what it said."""

    code: int
    shown: str
    narration: str
    requests: int

    def refused(self, code: int, *words: str) -> bool:
        """Whether it ended with this code, a sentence with these words, and a remedy."""
        said = "→" in self.narration and "Traceback" not in self.narration
        return self.code == code and said and all(word in self.narration for word in words)


@dataclass(frozen=True)
class Script:
    """A script that runs in a child."""

    forked: Forked
    folder: Path

    @property
    def narration(self) -> str:
        return (self.folder / "stderr").read_text("utf-8")

    def wait(self) -> Answered:
        code, requests = self.forked.wait()
        shown = (self.folder / "stdout").read_text("utf-8")
        return Answered(code, shown, self.narration, requests)


def start_script(folder: Path, *command: str, cut: Cut | None = None) -> Script:
    """Run ``scripts/<name>.py`` with its arguments as the shell does, but without its imports."""
    folder.mkdir(parents=True, exist_ok=True)

    def work() -> None:
        sys.argv = [str(ROOT / f"scripts/{command[0]}.py"), *command[1:]]
        with (
            (folder / "stdout").open("w", encoding="utf-8") as sys.stdout,
            (folder / "stderr").open("w", encoding="utf-8", buffering=1) as sys.stderr,
        ):
            runpy.run_path(sys.argv[0], run_name="__main__")

    return Script(start_forked(work, folder / "log", cut), folder)


def run_script(folder: Path, *command: str) -> Answered:
    return start_script(folder, *command).wait()


def provision() -> None:
    config = configuration.load(_config())
    create.provision(config, connect(), create.Voice(_log, _log))


def submit() -> None:
    training.submit(_config(), retry=False, train_anyway=True)


def reconcile() -> None:
    reconciling.reconcile(_config().parent)


def train_and_release() -> None:
    """submit, wait, candidate, a verdict, promote: each as its script does it."""
    submit()
    training.wait(_config(), None, None)
    release.candidate(_config(), None, job_id=None, checkpoint=None, dry_run=False)
    record_pass()
    promote(record_pass())


def take_stock(found: Path) -> None:
    """Write what is in the account: jobs, names of files, deployments with the job they serve."""
    foundry = open_foundry(configuration.load(_config()))
    deployed = deployments.list_all(foundry.session, foundry.account)
    uploaded = files.list_all(foundry.client)
    stock = {
        "jobs": [job.id for job in jobs.list_all(foundry.client)],
        "files": [file.name for file in uploaded if file.purpose == "fine-tune"],
        "deployments": {d.name: d.tags.get(tags.JOB, "") for d in deployed},
    }
    found.write_text(json.dumps(stock), encoding="utf-8")


def take_statuses(found: Path) -> None:
    client = open_foundry(configuration.load(_config())).client
    by_id = {job.id: job.status for job in jobs.list_all(client)}
    found.write_text(json.dumps(by_id), encoding="utf-8")


def promote(run_json: Path) -> None:
    release.promote(
        *(_config(), None),
        job_id=None,
        run_json=run_json,
        compared=None,
        approved_by="ana",
        dry_run=False,
    )


def run_json(config: Config) -> Path:
    """Where the record of the candidate's comparison lies, for each account one."""
    return Path(os.environ["SWEEP_FOLDER"]) / f"run-{config.azure.resource_group}.json"


def record_pass(environment: str | None = None, outcome: Outcome = Outcome.PASS) -> Path:
    """What a smoke test of the candidate leaves: the record, and tags; the record's path."""
    config = configuration.load(_config(), environment)
    foundry = open_foundry(config)
    name = config.release.candidate_deployment
    found = deployments.find(foundry.session, foundry.account, name)
    assert found is not None
    served = Release.current(found)
    origin = RecordOrigin(
        served.key, served.job, served.data_digest, served.model, foundry.account.id
    )
    path = run_json(config)
    made_up_run(config, origin, outcome).save(path)
    smoke_tags.record(foundry, name, comparison.read(path).release)
    return path


_SPOKEN = [
    JudgedAnswer(
        Answer("hola", arm, 0, "a deployment", text="Hola"), (Judgement("language", True),)
    )
    for arm in ("baseline", "candidate")
]


def record_again() -> None:
    """A smoke test of the candidate that is late to write its tags."""
    config = configuration.load(_config())
    judged = comparison.read(run_json(config)).release
    smoke_tags.record(open_foundry(config), config.release.candidate_deployment, judged)


def made_up_run(config: Config, origin: RecordOrigin, outcome: Outcome) -> Run:
    """A record with next to no answers: sweeps are about requests, not about what a model says."""
    names = {"baseline": config.base.deployment, "candidate": config.release.candidate_deployment}
    answered: dict[str, tuple[str, ...]] = dict.fromkeys(names, (origin.model,))
    return Run(
        product=config.product,
        origin=origin,
        deployments=names,
        expected=dict.fromkeys(names, origin.model),
        models=answered,
        fingerprints=dict.fromkeys(names, ()),
        prompts_digest="",
        versions={},
        started="2026-12-01T00:00:00Z",
        finished="2026-12-01T00:00:01Z",
        settings=Settings("", 0.7, 600, 1, 1, None),
        prompts=(),
        answers=(),
        results=results(_SPOKEN, {"language": Gate()}, seed=1),
        verdict=Verdict(outcome),
    )


def second_over_first(contents: list[Path]) -> None:
    """The second content in production over the first, and the third a candidate that passed."""
    *served, third = contents
    in_production(served)
    config = configuration.load(third)
    place = open_place(config)
    release = trained(config, place.home, None).release(None)
    wanted = plan.candidate(config, release, source=None)
    deployments.put(place.target.session, place.target.account, wanted)
    record_pass()


def in_production(contents: list[Path]) -> None:
    """The last of these contents in production, over the one before; of none, no production."""
    config = configuration.load(_config())
    place = open_place(config)
    session, account = place.target.session, place.target.account
    releases = [
        replace(trained(configuration.load(path), place.home, None).release(None), **SERVED)
        for path in contents
    ]
    current, previous = [*releases[::-1], None, None][:2]
    if current is None:
        deployments.delete(session, account, config.release.deployment)
    else:
        wanted = plan.production(config, current, previous, source=None)
        deployments.put(session, account, wanted)
    base = place.find(config.base.deployment)
    assert base is not None
    kept = history_backup.tags(config.product, current, previous) if current else {}
    place.tag(base, {**history_backup.no_tags(config.product), **kept})


def delete_training_files() -> None:
    client = open_foundry(configuration.load(_config())).client
    for file in files.list_all(client):
        if "-training-" in file.name:
            files.delete(client, file.id)


def rollback() -> None:
    release.rollback(_config(), None, job_id=None, to=None, dry_run=False)


def _config() -> Path:
    return Path(os.environ.get("TUNEOPS_CONFIG", "config/tienda.yaml"))


def _in_child(work: Callable[[], None], log: Path, cut: Cut, writing: int) -> NoReturn:
    code = 1
    try:
        sys.stdout = sys.stderr = log.open("a", encoding="utf-8", buffering=1)  # by line
        _count_requests(cut)
        work()
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException as error:  # noqa: BLE001 - whatever ends it is the child's exit code
        code = getattr(error, "exit_code", 1)
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        os.write(writing, str(cut.requests).encode())
        os._exit(code)


def _count_requests(cut: Cut) -> None:
    """Every request of the SDKs goes through one of these two."""
    _wrap(http.client.HTTPConnection, "putrequest", before=cut.before)
    _wrap(http.client.HTTPConnection, "getresponse", after=cut.after)
    _wrap(httpcore2.ConnectionPool, "handle_request", before=cut.before, after=cut.after)


def _wrap(
    kind: type,
    name: str,
    before: Callable[[], None] = lambda: None,
    after: Callable[[], None] = lambda: None,
) -> None:
    original = getattr(kind, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - passes all on
        before()
        answer = original(*arguments, **named)
        after()
        return answer

    setattr(kind, name, wrapped)


def _log(text: str) -> None:
    sys.stderr.write(f"{text}\n")
