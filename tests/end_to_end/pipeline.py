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
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import httpcore2

from tests.conftest import SCRIPTS
from tuneops import config as configuration
from tuneops import tags
from tuneops.azure import deployments, files, jobs
from tuneops.azure.account import open_foundry
from tuneops.azure.cloud import connect
from tuneops.commands import deploy as release
from tuneops.commands import fine_tune as training
from tuneops.commands import reconcile as reconciling
from tuneops.linting.options import check_product
from tuneops.names import short
from tuneops.provision import create
from tuneops.release import deploy, history_backup, plan, smoke_tags
from tuneops.release.target import open_place
from tuneops.training import key as content

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


class Cut:
    """Counts requests, and kills the process before or after the chosen one."""

    def __init__(self, at: int | None = None, *, after: bool = False) -> None:
        self._at = at
        self._after = after
        self.requests = 0

    def before(self) -> None:
        self.requests += 1
        if self.requests == self._at and not self._after:
            os.kill(os.getpid(), signal.SIGKILL)

    def after(self) -> None:
        if self.requests == self._at and self._after:
            os.kill(os.getpid(), signal.SIGKILL)


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

    def refused(self, code: int, *words: str) -> bool:
        """Whether it ended with this code, a sentence with these words, and a remedy."""
        said = "→" in self.narration and "Traceback" not in self.narration
        return self.code == code and said and all(word in self.narration for word in words)


@dataclass(frozen=True)
class Script:
    """A script that runs in a child."""

    forked: Forked
    folder: Path

    def wait(self) -> Answered:
        code, _ = self.forked.wait()
        shown, narration = (self.folder / name for name in ("stdout", "stderr"))
        return Answered(code, shown.read_text("utf-8"), narration.read_text("utf-8"))


def start_script(folder: Path, *command: str, cut: Cut | None = None) -> Script:
    """Run ``scripts/<name>.py`` with its arguments as the shell does, but without its imports."""
    folder.mkdir(parents=True, exist_ok=True)

    def work() -> None:
        sys.argv = [str(SCRIPTS / f"{command[0]}.py"), *command[1:]]
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
    training.submit(_config(), retry=False)


def reconcile() -> None:
    reconciling.reconcile(Path("config"))


def train_and_release() -> None:
    """submit, wait, candidate, a verdict, promote: each as its script does it."""
    submit()
    training.wait(_config(), None, None)
    release.candidate(_config(), None, job_id=None, checkpoint=None, dry_run=False)
    record_pass()
    release.promote(_config(), None, job_id=None, approved_by="ana", dry_run=False)


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


def record_pass(environment: str | None = None) -> None:
    """What a smoke test that passed leaves on the candidate."""
    config = configuration.load(_config(), environment)
    with tempfile.NamedTemporaryFile() as record:
        name, key = config.release.candidate_deployment, short(content.content_key(config))
        passed = smoke_tags.Verdict("PASS", key, {"language": (1.0, 0.97)})
        smoke_tags.record(open_foundry(config), name, passed, Path(record.name))


def second_over_first(contents: list[Path]) -> None:
    """The second content in production over the first, and the third a candidate that passed."""
    config = configuration.load(contents[-1])
    place = open_place(config)
    first, second, third = (
        deploy.trained(configuration.load(path), place.home, None, None) for path in contents
    )
    current = plan.production(config, second, first, source=None)
    candidate = plan.candidate(config, third, source=None)
    passed = {tags.SMOKE: "PASS", tags.SMOKE_KEY: third.key}
    for wanted in (current, replace(candidate, tags={**candidate.tags, **passed})):
        deployments.put(place.target.session, place.target.account, wanted)
    base = place.find(config.base.deployment)
    if base is not None:
        place.tag(base, history_backup.tags(config.product, second, first))


def delete_training_files() -> None:
    client = open_foundry(configuration.load(_config())).client
    for file in files.list_all(client):
        if "-training-" in file.name:
            files.delete(client, file.id)


def rollback() -> None:
    release.rollback(_config(), None, job_id=None, dry_run=False)


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
