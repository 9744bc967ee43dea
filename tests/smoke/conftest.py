"""Answers and configurations that the smoke tests share."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.conftest import REPOSITORY
from tuneops.config import Config, load
from tuneops.smoke.answer import Answer
from tuneops.smoke.judging import judged_run
from tuneops.smoke.plan import plan
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.record import RecordOrigin, Run

GOOD = (
    "¡Qué gran idea viajar a Oaxaca! En julio la ciudad se llena de música, mercados y danzas"
    " de la Guelaguetza. ¿Te atrae más la artesanía o la cocina?"
)
_ANSWER = Answer("roma", "candidate", 0, "tienda", GOOD, "stop", "gpt-4o-ft", 40, 1.2)


@pytest.fixture
def answered() -> Callable[..., Answer]:
    """A good answer, with the given fields changed."""
    return lambda **changes: replace(_ANSWER, **changes)


@pytest.fixture
def config() -> Config:
    return load(REPOSITORY / "config/tienda.yaml")


@pytest.fixture
def recorded(config: Config) -> Callable[[Sequence[str], Sequence[str]], Run]:
    """A run whose arms gave these texts, one to each prompt."""

    def make(baseline: Sequence[str], candidate: Sequence[str]) -> Run:
        prompts = [
            Prompt(f"p{n}", ({"role": "user", "content": f"¿{n}?"},)) for n in range(len(candidate))
        ]
        names = {"baseline": "gpt-4o", "candidate": "tienda"}
        answers = [
            replace(_ANSWER, prompt_id=prompt.id, arm=arm, deployment=names[arm], text=text)
            for prompt, *texts in zip(prompts, baseline, candidate, strict=True)
            for arm, text in zip(names, texts, strict=True)
        ]
        expected = dict.fromkeys(names, "gpt-4o-ft")
        started = datetime(2026, 9, 1, tzinfo=UTC)
        origin = RecordOrigin("0123456789ab", "ftjob-1", "f" * 64)
        return judged_run(
            plan(config, prompts, names), answers, expected, origin=origin, started=started
        )

    return make
