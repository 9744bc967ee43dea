"""A smoke test on a terminal; all data is plain text, never markup."""

from collections.abc import Collection, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tuneops.report.wording import failures, label, share, verdict_sentence, visible
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.sampling import ARMS
from tuneops.smoke.verdict import CANDIDATE, JudgedAnswer, Outcome, Run

_STYLES = {Outcome.PASS: "bold green", Outcome.FAIL: "bold red", Outcome.INVALID: "bold yellow"}


def comparison(run: Run) -> RenderableType:
    """The verdict, and each check's rate for both deployments."""
    outcome = run.verdict.outcome
    table = Table("check")
    for arm in ARMS:
        table.add_column(_plain(f"{arm} ({run.deployments[arm]})"))
    table.add_column("required")
    for check in run.checks:
        table.add_row(
            _plain(label(check)),
            *(_rate(run, check, arm) for arm in ARMS),
            f"{run.settings.min_pass_rate:.0%}",
        )
    sentence = Text.assemble((outcome.value, _STYLES[outcome]), " ", visible(verdict_sentence(run)))
    return Group(table, sentence)


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
    yield Text(f"{visible(prompt.id)}: {visible(prompt.messages[-1]['content'])}", style="bold")
    table = Table.grid(padding=(0, 2), expand=True)
    for arm in ARMS:
        table.add_column(Text(arm), ratio=1)
    table.add_row(*(Text(arm, style="dim") for arm in ARMS))
    table.add_row(*(_answers(run, prompt, arm) for arm in ARMS))
    yield Padding(table, (0, 0, 1, 2))


def _answers(run: Run, prompt: Prompt, arm: str) -> RenderableType:
    return Group(*(_answer(judged) for judged in run.of_prompt(prompt.id, arm)))


def _answer(judged: JudgedAnswer) -> Text:
    text = _plain(judged.answer.text)
    for failure in failures(judged):
        text.append(f"\n✗ {visible(failure)}", style="red")
    return text


def _rate(run: Run, check: str, arm: str) -> Text:
    rate = run.rate(check, arm)
    missed = arm == CANDIDATE and not rate.reaches(run.settings.min_pass_rate)
    return Text(f"✗ {share(rate)}" if missed else share(rate), style="red" if missed else "")


def _plain(text: str) -> Text:
    return Text(visible(text))
