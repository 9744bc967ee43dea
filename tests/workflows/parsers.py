"""GitHub's own parsers of workflow files and of expressions, and what we read of those files."""

import fcntl
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tuneops.doctor.workflow_files import read

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FILES = read(ROOT)


@cache
def parsers_installed() -> str:
    """Why GitHub's parsers cannot be asked; empty where they can."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are not installed"
    with (HERE / "package-lock.json").open(encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one worker installs, the others wait
        if (HERE / "node_modules").exists():
            return ""
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else "npm cannot install GitHub's parsers"


def ask(**question: Any) -> Any:  # noqa: ANN401 - JSON
    if reason := parsers_installed():
        pytest.skip(reason)
    done = subprocess.run(
        ["node", "github_parsers.mjs"],  # noqa: S607 - found on PATH
        cwd=HERE,
        input=json.dumps(question),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def plain(token: Any) -> Any:  # noqa: ANN401 - JSON
    """What GitHub's parser read, as JSON; of an expression its text."""
    if not isinstance(token, dict):
        return token
    if "map" in token:
        return {pair["Key"]: plain(pair["Value"]) for pair in token["map"]}
    return [plain(one) for one in token["seq"]] if "seq" in token else token.get("expr")


@cache
def templates() -> dict[str, Any]:
    paths = [str(ROOT / ".github/workflows" / file.file) for file in FILES]
    return dict(zip((f.file for f in FILES), ask(files=paths)["files"], strict=True))
