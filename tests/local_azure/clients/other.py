"""Other clients than the pinned SDKs against the local Azure, each in a scratch directory.

    python tests/local_azure/clients/other.py az|npm|prereleases

Installs what it needs from the configured registries; not a part of `make test`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
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
    "MODEL": "--model-name gpt-4o --model-version 2024-08-06 --model-format OpenAI",
}


def main(names: list[str]) -> int:
    """Return 1 where a client failed."""
    run = {"az": azure_cli, "npm": npm, "prereleases": prereleases}
    if not names or not set(names) <= set(run):
        sys.stderr.write(f"Name one or more of {', '.join(run)}.\n")
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        results = [run[name](Path(scratch)) for name in names]
    return max(results)


def azure_cli(scratch: Path) -> int:
    """Sign in with the federated token, then each command of `COMMANDS`."""
    az = str(_environment(scratch / "az", "azure-cli") / "az")
    own = {"AZURE_CONFIG_DIR": str(scratch / "azure"), "AZURE_CORE_INSTANCE_DISCOVERY": "false"}
    with _served(scratch / "cli") as environment:
        token = Path(environment["AZURE_FEDERATED_TOKEN_FILE"]).read_text(encoding="ascii")
        sign_in = ["login", "--service-principal", "--federated-token", token]
        sign_in += ["-u", environment["AZURE_CLIENT_ID"], "-t", environment["AZURE_TENANT_ID"]]
        lines = Template(COMMANDS).substitute(NAMES).strip().splitlines()
        commands = [sign_in, *(line.split() for line in lines)]
        failed = [_failed([az, *words], environment | own) for words in commands]
    return int(any(failed))


def npm(scratch: Path) -> int:
    folder = scratch / "npm"
    folder.mkdir()
    shutil.copy(HERE / "openai.mjs", folder)
    install = ["npm", "install", "--no-audit", "--no-fund", "--silent", *NPM]
    subprocess.run(install, cwd=folder, check=True)
    with _served(scratch / "node") as environment:
        script = ["node", str(folder / "openai.mjs")]
        return subprocess.run(script, env=environment, check=False).returncode


def prereleases(scratch: Path) -> int:
    """The tests of the local Azure with the newest SDKs there are, pre-releases too."""
    lock = ("--require-hashes", "--requirement", str(ROOT / "requirements-dev.lock"))
    binaries = _environment(scratch / "newest", *lock)
    pip = [str(binaries / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--pre", "--upgrade", *SDKS], check=True)
    subprocess.run([*pip, "install", "--no-deps", "--no-build-isolation", str(ROOT)], check=True)
    subprocess.run([*pip, "list", "--format", "freeze"], check=True)
    tests = [str(binaries / "pytest"), "-q", "-n", "1", "tests/local_azure"]
    return subprocess.run(tests, cwd=ROOT, check=False).returncode


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


def _failed(command: list[str], environment: dict[str, str]) -> bool:
    done = subprocess.run(
        [*command, "--output", "none"], env=environment, capture_output=True, text=True, check=False
    )
    shown = " ".join(word for word in command[1:] if len(word) < 100)
    sys.stdout.write(f"{'failed' if done.returncode else 'ok'}: az {shown}\n{done.stderr}")
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
