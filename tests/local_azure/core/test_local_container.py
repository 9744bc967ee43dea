"""The container stays buildable, although few machines of a test run have Docker."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from local_azure.__main__ import _parser

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "src" / "local_azure" / "container"
DOCKERFILE, COMPOSE = FOLDER / "Dockerfile", FOLDER / "compose.yaml"
INSTRUCTIONS = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "ENV", "VOLUME", "EXPOSE", "CMD"}


def instructions() -> list[tuple[str, str]]:
    lines = DOCKERFILE.read_text("utf-8").splitlines()
    parts = [line.partition(" ") for line in lines if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in parts]


def test_every_instruction_is_one() -> None:
    """One image, one command, nothing that a builder would not know."""
    words = [word for word, _ in instructions()]
    assert set(words) <= INSTRUCTIONS | {"HEALTHCHECK"}
    assert words[0] == "FROM"
    assert words.count("CMD") == 1


def test_what_is_copied_is_there() -> None:
    """Each source lies in the build's context, the repository."""
    copied = [rest.split()[:-1] for word, rest in instructions() if word == "COPY"]
    assert [
        source for sources in copied for source in sources if not (ROOT / source).exists()
    ] == []


def test_the_command_is_understood() -> None:
    """Our own parser takes it, the port is the exposed one, the name is the service's."""
    command = json.loads(dict(instructions())["CMD"])
    assert command[:3] == ["python", "-m", "local_azure"]
    arguments = _parser().parse_args(command[3:])
    compose = yaml.safe_load(COMPOSE.read_text("utf-8"))
    assert dict(instructions())["EXPOSE"] == str(arguments.port)
    assert arguments.name == list(compose["services"]) == [compose["services"]["azure"]["hostname"]]
    assert re.fullmatch(
        rf"127\.0\.0\.1:\d+:{arguments.port}", *compose["services"]["azure"]["ports"]
    )
    assert (COMPOSE.parent / compose["services"]["azure"]["build"]["context"]).resolve() == ROOT


def test_the_compose_file_is_one() -> None:
    """By the schema of the compose specification."""
    words = ["--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    binary = Path(sys.executable).with_name("check-jsonschema")
    assert subprocess.run([binary, *words], check=False).returncode == 0


def _has_docker() -> bool:
    docker = shutil.which("docker")
    if docker is None:
        return False
    return subprocess.run([docker, "info"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _has_docker(), reason="no Docker runs here")
def test_the_image_is_built() -> None:
    """Where Docker runs."""
    words = ["docker", "build", "--quiet", "-f", str(DOCKERFILE), str(ROOT)]
    assert subprocess.run(words, check=False).returncode == 0
