"""A report of thousands of prompts: linear, and no larger than a browser opens."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import process_time

import pytest

from tuneops.smoke.record import Run
from tuneops.smoke.report import html

Recorded = Callable[[Sequence[str], Sequence[str]], Run]
WORDS = "el viaje a la costa empieza en la plaza donde los trenes salen cada hora "


def many(recorded: Recorded, prompts: int) -> Run:
    """So many prompts, of which the last one's candidate is cut off."""
    run = recorded([WORDS * 3], [WORDS * 2])
    answers = [
        replace(judged, answer=replace(judged.answer, prompt_id=f"q{number}"))
        for number in range(prompts)
        for judged in run.answers
    ]
    prompt = run.prompts[0]
    last = answers[-1]
    assert last.judgements
    failed = tuple(replace(one, passed=False, reason="cut off") for one in last.judgements)
    answers[-1] = replace(last, judgements=failed)
    renamed = tuple(replace(prompt, id=f"q{number}") for number in range(prompts))
    return replace(run, prompts=renamed, answers=tuple(answers))


def seconds(run: Run) -> float:
    start = process_time()
    html.render(run)
    return process_time() - start


def test_the_time_grows_with_the_prompts_and_not_with_their_square(recorded: Recorded) -> None:
    few, more = many(recorded, 300), many(recorded, 2400)
    seconds(few)
    assert seconds(more) < 8 * 4 * seconds(few)


def test_a_page_that_would_be_too_large_shows_failures_first_and_says_what_it_left_out(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = many(recorded, 500)
    monkeypatch.setattr(html, "MAX_PROMPT_BYTES", 100_000)
    page = html.render(run)
    shown = page.count('<article class="card"')
    assert 0 < shown < 500
    assert len(page.encode()) < 150_000
    assert f"{500 - shown} more prompts are in run.json" in page
    assert ">q499<" in page
    assert page.index(">q0<") < page.index(">q499<")
