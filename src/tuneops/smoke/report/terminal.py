"""A smoke test on a terminal; all data is plain text, never markup."""

from collections.abc import Collection, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tuneops.escaping import PROSE, visible
from tuneops.smoke.answer import ARMS
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.record import Run
from tuneops.smoke.report import wording
from tuneops.smoke.report.wording import failures, label, share, verdict_sentence
from tuneops.smoke.verdict import JudgedAnswer, Outcome

_STYLES = {
    Outcome.PASS: "bold green",
    Outcome.FAIL: "bold red",
    Outcome.INCONCLUSIVE: "bold yellow",
    Outcome.INVALID: "bold yellow",
}


def comparison(run: Run) -> RenderableType:
    """The verdict, and what each check found."""
    table = Table("check")
    for arm in ARMS:
        table.add_column(_plain(f"{arm} ({run.deployments[arm]})"))
    for name in ("difference in points", "exact McNemar", "noise floor", "wanted", ""):
        table.add_column(name)
    for result in run.results:
        outcome = result.outcome
        table.add_row(
            _plain(label(result.check)),
            *(share(result.rate(arm)) for arm in ARMS),
            wording.difference(result.difference),
            wording.mcnemar(result),
            wording.difference(result.noise),
            wording.wanted(result),
            Text(outcome or "", style=_STYLES[outcome] if outcome else ""),
        )
    facts = [_plain(wording.arm_sentence(facts)) for facts in wording.arm_facts(run)]
    judged = [_plain(wording.judge_sentence(run))] if run.judge else []
    outcome = run.verdict.outcome
    sentence = Text.assemble((outcome.value, _STYLES[outcome]), " ", _text(verdict_sentence(run)))
    return Group(table, *facts, *judged, sentence)


def side_by_side(run: Run, prompt_ids: Collection[str]) -> RenderableType:
    """Both deployments' answers to the chosen prompts."""
    return Group(
        *(
            part
            for prompt in run.prompts
            if prompt.id in prompt_ids
            for part in _prompt(run, prompt)
        )
    )


def _prompt(run: Run, prompt: Prompt) -> Iterator[RenderableType]:
    yield Text(f"{_text(prompt.id)}: {_text(prompt.question)}", style="bold")
    table = Table.grid(padding=(0, 2), expand=True)
    for arm in ARMS:
        table.add_column(Text(arm), ratio=1)
    table.add_row(*(Text(arm, style="dim") for arm in ARMS))
    table.add_row(*(_answers(run, prompt, arm) for arm in ARMS))
    yield Padding(table, (0, 0, 1, 2))


def _answers(run: Run, prompt: Prompt, arm: str) -> RenderableType:
    return Group(*(_answer(judged) for judged in run.of_prompt(prompt.id, arm)))


def _answer(judged: JudgedAnswer) -> Text:
    text = _plain(judged.answer.said)
    for failure in failures(judged):
        text.append(f"\n✗ {_text(failure)}", style="red")
    return text


def _plain(text: str) -> Text:
    return Text(_text(text))


def _text(text: str) -> str:
    return visible(text, PROSE)
