"""The record of a smoke test, as run.json holds it; docs/smoke-run.schema.json is its schema."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tuneops.config import TokenPrices
from tuneops.errors import ConfigError
from tuneops.smoke.model_judge import JudgeComparison
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.verdict import CheckResult, JudgedAnswer, Verdict

FORMAT = 2
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class Settings:
    """What was asked of the deployments."""

    system_message: str
    temperature: float
    max_tokens: int
    samples: int
    seed: int
    language: str | None
    prices: TokenPrices | None = None


@dataclass(frozen=True)
class RecordOrigin:
    """Where the candidate comes from; what is not known is empty.

    ``model`` is what the deployment served when it was asked, ``account`` the ARM id of its place.
    """

    key: str = ""
    job: str = ""
    data_digest: str = ""
    model: str = ""
    account: str = ""


@dataclass(frozen=True)
class Run:
    """A whole smoke test; times are UTC, RFC 3339.

    ``expected`` and ``models`` are by arm: the configured model, and those that Azure named.
    """

    product: str
    origin: RecordOrigin
    deployments: dict[str, str]
    expected: dict[str, str]
    models: dict[str, tuple[str, ...]]
    fingerprints: dict[str, tuple[str, ...]]
    prompts_digest: str
    versions: dict[str, str]
    started: str
    finished: str
    settings: Settings
    prompts: tuple[Prompt, ...]
    answers: tuple[JudgedAnswer, ...]
    results: tuple[CheckResult, ...]
    verdict: Verdict
    judge: JudgeComparison | None = None
    format: int = field(default=FORMAT)

    @property
    def key(self) -> str | None:
        return self.origin.key or None

    @property
    def rates(self) -> dict[str, tuple[float, float]]:
        """By check, the shares of answers that held, of the baseline and of the candidate."""
        return {each.check: (each.baseline.mean, each.candidate.mean) for each in self.results}

    def of_prompt(self, prompt_id: str, arm: str) -> Iterator[JudgedAnswer]:
        return iter(self._by_prompt.get((prompt_id, arm), ()))

    @cached_property
    def _by_prompt(self) -> dict[tuple[str, str], list[JudgedAnswer]]:
        found: dict[tuple[str, str], list[JudgedAnswer]] = {}
        for judged in self.answers:
            found.setdefault((judged.answer.prompt_id, judged.answer.arm), []).append(judged)
        return found

    def of_arm(self, arm: str) -> tuple[JudgedAnswer, ...]:
        return tuple(judged for judged in self.answers if judged.answer.arm == arm)

    def facts(self) -> dict[str, Any]:
        """The run as JSON types."""
        facts: dict[str, Any] = TypeAdapter(Run).dump_python(self, mode="json", by_alias=True)
        return facts

    def save(self, path: Path) -> None:
        path.write_bytes(TypeAdapter(Run).dump_json(self, indent=2, by_alias=True))


def load_run(path: Path) -> Run:
    """A saved run.

    Raises:
        ConfigError: The file is missing, is no run, or is of another format version.
    """
    return read_run(read_bytes(path), path)


def read_bytes(path: Path) -> bytes:
    """Raises: ConfigError where the file cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.", remedy="Name the run.json of a smoke test."
        ) from error


def read_run(content: bytes, path: Path) -> Run:
    """The run that ``content`` holds, which came from ``path``.

    Raises:
        ConfigError: It is no run, or is of another format version.
    """
    _refuse_other_format(content, path)
    try:
        return TypeAdapter(Run).validate_json(content)
    except ValidationError as error:
        raise ConfigError(
            f"{path} is not the record of a smoke test: {error.errors()[0]['msg']}.",
            remedy="Name the run.json that 'smoke_test.py run' wrote.",
        ) from error


def schema() -> dict[str, Any]:
    """The JSON Schema of run.json."""
    made = TypeAdapter(Run).json_schema(by_alias=True, mode="serialization")
    return {"$schema": _DIALECT, "title": "Smoke test", **made}


def _refuse_other_format(content: bytes, path: Path) -> None:
    try:
        found = json.loads(content)["format"]
    except (ValueError, KeyError, TypeError):
        return
    if found != FORMAT:
        raise ConfigError(
            f"{path} has format {found}; this version reads {FORMAT}.",
            remedy="Run the smoke test again.",
        )
