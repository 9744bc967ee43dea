"""Other clients than the pinned SDKs against the local Azure, each in a scratch directory.

    python tests/local_azure/clients/other.py az|npm|projects|frameworks|prereleases

Installs what it needs from the configured registries, and writes the table of
docs/local_azure.md; not a part of `make test`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "local_azure.md"
BEGIN, END = "<!-- clients: begin -->\n", "<!-- clients: end -->\n"
HEAD = "| client | versions | what works | what does not |\n|---|---|---|---|\n"
SHOWN_WORD = 100  # characters; a longer one is a token
ROOT = HERE.parents[2]
SDKS = ("openai", "azure-mgmt-cognitiveservices", "azure-mgmt-resource", "azure-identity")
NPM = ("openai", "@azure/identity", "@azure/arm-cognitiveservices", "@azure/arm-resources")
# Lines of words; $A names the account, $D the deployment.
COMMANDS = """
group create -n rg-az -l swedencentral --tags by=az
group list --tag by=az
group exists -n rg-az
$C create $A -l swedencentral --kind AIServices --sku S0 --custom-domain acc-az --yes
$C show $A
$C list -g rg-az
$C update $A --tags by=az
$C keys list $A
$C list-models $A
$C list-usage $A
$C deployment create $D $MODEL --sku-name GlobalStandard --sku-capacity 10
$C deployment show $D
$C deployment list $A
$C deployment delete $D
cognitiveservices model list -l swedencentral
cognitiveservices usage list -l swedencentral
resource list -g rg-az
identity create -n trainer -g rg-az -l swedencentral
identity show -n trainer -g rg-az
identity federated-credential create -n gh --identity-name trainer -g rg-az $TRUST
identity federated-credential list --identity-name trainer -g rg-az
role definition list --name Reader
role assignment list --scope $G
monitor metrics list --resource $RESOURCE --metric AzureOpenAIRequests
deployment group create -g rg-az -n d --template-file $TEMPLATE --parameters prefix=az
deployment group show -g rg-az -n d
deployment group list -g rg-az
deployment operation group list -g rg-az -n d
lock create --name keep --resource-group rg-az --lock-type CanNotDelete
lock delete --name keep --resource-group rg-az
$C delete $A
$C list-deleted
$C purge $A -l swedencentral
group delete -n rg-az --yes
"""
NAMES = {
    "A": "-g rg-az -n acc-az",
    "C": "cognitiveservices account",
    "D": "-g rg-az -n acc-az --deployment-name chat",
    "TRUST": "--issuer https://token.actions.githubusercontent.com "
    "--subject repo:a/b:ref:refs/heads/main --audiences api://AzureADTokenExchange",
    "RESOURCE": "acc-az -g rg-az --resource-type Microsoft.CognitiveServices/accounts",
    "TEMPLATE": "tests/local_azure/foundry_template.json",
    "MODEL": "--model-name gpt-4o --model-version 2024-08-06 --model-format OpenAI",
}


@dataclass
class Result:
    """What a client's steps said, and the versions that were installed."""

    versions: str
    lines: list[str]

    @property
    def failed(self) -> list[str]:
        return [line.removeprefix("failed: ") for line in self.lines if line.startswith("failed")]

    @property
    def passed(self) -> int:
        return sum(line.startswith("ok: ") for line in self.lines)

    def row(self, name: str) -> str:
        wrong = "; ".join(line.partition(": ")[0] for line in self.failed) or "-"
        steps = len(self.failed) + self.passed
        return f"| `{name}` | {self.versions} | {self.passed} of {steps} steps | {wrong} |\n"


def main(names: list[str]) -> int:
    """Return 1 where a step failed that the page does not name; writes the page's table."""
    run = {
        "az": azure_cli,
        "npm": npm,
        "projects": projects,
        "frameworks": frameworks,
        "prereleases": prereleases,
    }
    if not names or not set(names) <= set(run):
        sys.stderr.write(f"Name one or more of {', '.join(run)}.\n")
        return 2
    known, worse = _rows(), 0
    for name in names:
        with tempfile.TemporaryDirectory() as scratch:
            result = run[name](Path(scratch))
        row = result.row(name)
        worse |= known.get(name, row).rpartition("| ")[2] != row.rpartition("| ")[2]
        known[name] = row
    _write(known)
    return int(worse)


def _rows() -> dict[str, str]:
    page = PAGE.read_text(encoding="utf-8")
    rows = page.partition(BEGIN)[2].partition(END)[0].splitlines(keepends=True)[2:]
    return {row.split("`")[1]: row for row in rows}


def _write(rows: dict[str, str]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    table = HEAD + "".join(rows[name] for name in sorted(rows))
    PAGE.write_text(before + BEGIN + table + END + rest.partition(END)[2], encoding="utf-8")


def projects(scratch: Path) -> Result:
    """The steps of the azure-ai-projects fine-tuning samples."""
    return _script(scratch, "projects.py", "azure-ai-projects")


def frameworks(scratch: Path) -> Result:
    packages = ("langchain-openai", "litellm", "instructor", "azure-ai-ml", "azure-identity")
    return _script(scratch, "frameworks.py", *packages)


def _script(scratch: Path, script: str, *packages: str) -> Result:
    binaries = _environment(scratch / "venv", *packages)
    own = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    with _served(scratch / "served") as environment:
        command = [str(binaries / "python"), str(HERE / script)]
        return Result(_versions(binaries, packages), _said(command, environment | own))


def _versions(binaries: Path, packages: Iterable[str]) -> str:
    listed = [str(binaries / "python"), "-m", "pip", "list", "--format", "json"]
    found = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
    versions = {one["name"].lower(): one["version"] for one in json.loads(found)}
    return ", ".join(f"{name} {versions[name]}" for name in packages)


def _said(command: list[str], environment: dict[str, str]) -> list[str]:
    """The lines that tell of steps, shown as they come; one that broke off is a failed step."""
    lines = []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(("ok: ", "failed: ")):
                sys.stdout.write(line)
                lines.append(line.strip())
    broke = process.returncode not in (0, 1)
    return [*lines, *([f"failed: it broke off with {process.returncode}: "] if broke else [])]


def azure_cli(scratch: Path) -> Result:
    """Sign in with the federated token, then each command of `COMMANDS`."""
    binaries = _environment(scratch / "az", "azure-cli")
    own = {"AZURE_CONFIG_DIR": str(scratch / "azure"), "AZURE_CORE_INSTANCE_DISCOVERY": "false"}
    with _served(scratch / "cli") as environment:
        token = Path(environment["AZURE_FEDERATED_TOKEN_FILE"]).read_text(encoding="ascii")
        sign_in = ["login", "--service-principal", "--federated-token", token]
        sign_in += ["-u", environment["AZURE_CLIENT_ID"], "-t", environment["AZURE_TENANT_ID"]]
        subscription = f"/subscriptions/{environment['AZURE_SUBSCRIPTION_ID']}"
        names = NAMES | {"G": f"{subscription}/resourceGroups/rg-az"}
        lines = Template(COMMANDS).substitute(names).strip().splitlines()
        commands = [sign_in, *(line.split() for line in lines)]
        az = str(binaries / "az")
        said = [_tried([az, *words], environment | own) for words in commands]
    return Result(_versions(binaries, ["azure-cli"]), said)


def npm(scratch: Path) -> Result:
    folder = scratch / "npm"
    folder.mkdir()
    shutil.copy(HERE / "openai.mjs", folder)
    install = ["npm", "install", "--no-audit", "--no-fund", "--silent", *NPM]
    subprocess.run(install, cwd=folder, check=True)
    manifests = [
        json.loads((folder / "node_modules" / name / "package.json").read_text("utf-8"))
        for name in NPM
    ]
    versions = ", ".join(f"{one['name']} {one['version']}" for one in manifests)
    with _served(scratch / "node") as environment:
        return Result(versions, _said(["node", str(folder / "openai.mjs")], environment))


def prereleases(scratch: Path) -> Result:
    """The tests of the local Azure with the newest SDKs there are, pre-releases too."""
    lock = str(ROOT / "requirements-dev.lock")
    binaries = _environment(scratch / "newest", "--requirement", lock)
    pip = [str(binaries / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--pre", "--upgrade", *SDKS], check=True)
    subprocess.run([*pip, "install", "--no-deps", "--no-build-isolation", str(ROOT)], check=True)
    tests = [str(binaries / "pytest"), "-q", "-n", "1", "tests/local_azure"]
    passed = subprocess.run(tests, cwd=ROOT, check=False).returncode == 0
    said = "ok: the tests" if passed else "failed: the tests: "
    return Result(_versions(binaries, SDKS), [said])


def _environment(folder: Path, *packages: str) -> Path:
    """A virtual environment with the packages; its binaries."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    binaries = folder / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [str(binaries / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", *packages], check=True)
    return binaries


@contextmanager
def _served(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a client of a new local Azure."""
    folder.mkdir()
    env_file = folder / "env"
    command = [sys.executable, "-m", "local_azure", "serve", "--speed", "3000"]
    command += ["--state", str(folder / "state"), "--env-file", str(env_file)]
    command.append("--die-with-parent")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as server:
        while not env_file.exists() and server.poll() is None:
            time.sleep(0.05)
        lines = env_file.read_text(encoding="utf-8").splitlines()
        yield dict(os.environ) | dict(line.split("=", 1) for line in lines)
        server.terminate()


def _tried(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [*command, "--output", "none"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    shown = " ".join(word for word in command[1:] if len(word) < SHOWN_WORD)
    said = f"failed: az {shown}: " if done.returncode else f"ok: az {shown}"
    sys.stdout.write(f"{said}{done.stderr if done.returncode else ''}\n")
    return said


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
