"""Smoke-test runs that the report tests share."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.conftest import REPOSITORY
from tuneops.config import load
from tuneops.smoke.answer import Answer
from tuneops.smoke.judging import judged_run
from tuneops.smoke.plan import plan
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.record import RecordOrigin, Run
from tuneops.smoke.verdict import Outcome, Verdict

GOOD = "Roma es fuentes y plazas, con luz dorada al caer la tarde. ¿Cuándo quieres verla?"
HOSTILE = (
    "<script>document.title='stolen'</script><img src=x onerror=\"document.title='stolen'\">"
    '<svg onload="document.title=\'stolen\'"></svg></p></article><meta http-equiv="refresh"'
    ' content="0;url=https://example.org/"><a href="javascript:alert(1)">x</a>'
    " | `uno` **dos** [tres](https://example.org) @octocat #1 $x$ \x1b[31m\u202e\x00 ::error::x"
    "\n# Título\n| a | b |\n---\n</details>"
)
Runs = Callable[[Sequence[str]], Run]


@pytest.fixture(scope="session")
def run_of() -> Runs:
    """A run whose candidate gave these texts, to prompts of the same wording."""
    return _run


def _run(texts: Sequence[str]) -> Run:
    prompts = [Prompt(f"p{n}", ({"role": "user", "content": t},)) for n, t in enumerate(texts)]
    arms = {"baseline": "gpt-4o", "candidate": "tienda-candidate"}
    answers = [
        Answer(prompt.id, arm, 0, name, text, "stop", f"{name}-model", 60, 1.5)
        for prompt, text in zip(prompts, texts, strict=True)
        for arm, name in arms.items()
    ]
    config = load(REPOSITORY / "config/tienda.yaml")
    started = datetime(2026, 9, 1, tzinfo=UTC)
    return judged_run(
        plan(config, prompts, arms),
        answers,
        {arm: f"{name}-model" for arm, name in arms.items()},
        origin=RecordOrigin("0123456789ab", "ftjob-7", "d" * 64),
        started=started,
    )


@pytest.fixture(scope="session")
def hostile() -> str:
    return HOSTILE


@pytest.fixture(scope="session")
def hostile_run(run_of: Runs) -> Run:
    """Every text that a file, a configuration or a model can put into a report is hostile."""
    run = run_of([GOOD, HOSTILE])
    prompt = Prompt(HOSTILE, ({"role": "user", "content": HOSTILE},), (HOSTILE,))
    judged = replace(run.answers[-1], answer=replace(run.answers[-1].answer, prompt_id=HOSTILE))
    failed = replace(judged, answer=replace(judged.answer, error=HOSTILE, arm="baseline"))
    return replace(
        run,
        product=HOSTILE,
        deployments=dict.fromkeys(run.deployments, HOSTILE),
        models=dict.fromkeys(run.models, (HOSTILE,)),
        origin=RecordOrigin(HOSTILE, HOSTILE, HOSTILE),
        expected=dict.fromkeys(run.expected, HOSTILE),
        fingerprints=dict.fromkeys(run.fingerprints, (HOSTILE,)),
        verdict=Verdict(Outcome.FAIL, (HOSTILE,)),
        settings=replace(run.settings, system_message=HOSTILE, language=HOSTILE),
        prompts=(*run.prompts, prompt),
        answers=(*run.answers, judged, failed),
    )
