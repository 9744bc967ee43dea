"""A smoke test as one HTML file that loads nothing and runs nothing but its own filter."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from tuneops.report.plots import CHART_STYLE, Series, svg_chart
from tuneops.report.wording import label, provenance, share, verdict_sentence, visible
from tuneops.smoke.checks import Judgement
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.sampling import ARMS, Answer
from tuneops.smoke.verdict import CANDIDATE, JudgedAnswer, Rate, Run


def render(run: Run, *, loss: Sequence[Series] = ()) -> str:
    """The whole page; ``loss`` adds the curves of the fine-tuning job."""
    style, script = CHART_STYLE + _resource("page.css"), _resource("page.js")
    return Template(_resource("page.html")).substitute(
        title=_text(f"Smoke test of {run.product}"),
        outcome=run.verdict.outcome.value,
        sentence=_text(verdict_sentence(run)),
        checks=_checks(run),
        loss=_loss(loss),
        filters="".join(_filters(run)),
        prompts="\n".join(_prompt(run, prompt) for prompt in run.prompts),
        provenance=_provenance(run),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
    )


def _text(text: str) -> str:
    return escape(visible(text))


@cache
def _resource(name: str) -> str:
    return files("tuneops.report").joinpath(name).read_text(encoding="utf-8").strip()


def _hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _checks(run: Run) -> str:
    heads = "".join(
        f'<th scope="col">{arm.capitalize()}<br><small>{_text(run.deployments[arm])}</small></th>'
        for arm in ARMS
    )
    required = f"{run.settings.min_pass_rate:.0%}"
    rows = "".join(
        f'<tr><th scope="row">{_text(label(check))}</th>'
        + "".join(_rate(run.rate(check, arm), run) for arm in ARMS)
        + f"<td>{required}</td></tr>"
        for check in run.checks
    )
    return (
        f'<table><thead><tr><th scope="col">Check</th>{heads}<th scope="col">Required of the '
        f"candidate</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _rate(rate: Rate, run: Run) -> str:
    missed = rate.arm == CANDIDATE and not rate.reaches(run.settings.min_pass_rate)
    bar = run.settings.min_pass_rate
    meter = (
        f'<meter aria-hidden="true" low="{bar}" high="{bar}" optimum="1" value="{rate.share:.3f}">'
        "</meter>"
    )
    shown = f'<span class="missed">✗ {share(rate)}</span>' if missed else share(rate)
    return f'<td class="rate">{meter}{shown}</td>'


def _loss(loss: Sequence[Series]) -> str:
    chart = svg_chart(loss, style=False)
    if not chart:
        return ""
    return (
        '<section aria-labelledby="loss"><h2 id="loss">Loss of the fine-tuning job</h2>'
        f'<figure class="card">{chart}</figure></section>'
    )


def _filters(run: Run) -> Iterator[str]:
    yield '<option value="">all prompts</option>'
    for arm in reversed(ARMS):
        yield f'<option value="{arm}">{arm}: any check failed</option>'
        for check in run.checks:
            missed = run.rate(check, arm)
            if missed.passed < missed.total:
                value = escape(f"{arm}:{check}")
                yield f'<option value="{value}">{arm}: {_text(label(check))}</option>'


def _prompt(run: Run, prompt: Prompt) -> str:
    tags = "".join(f'<span class="tag">{_text(tag)}</span>' for tag in prompt.tags)
    turns = "".join(
        f"<p{_language(run)}>{_turn(message['role'])}{_text(message['content'])}</p>"
        for message in prompt.messages
    )
    arms = "".join(_arm(run, prompt, arm) for arm in ARMS)
    failed = " ".join(dict.fromkeys(_failed(run, prompt)))
    return (
        f'<article class="card" data-failed="{escape(failed)}"><h3>{_text(prompt.id)}{tags}</h3>'
        f'<div class="prompt">{turns}</div><div class="arms">{arms}</div></article>'
    )


def _turn(role: str) -> str:
    return '<span class="turn">assistant: </span>' if role == "assistant" else ""


def _failed(run: Run, prompt: Prompt) -> Iterator[str]:
    for arm in ARMS:
        for judged in run.of_prompt(prompt.id, arm):
            if judged.failed or judged.answer.error:
                yield arm
            yield from (f"{arm}:{judgement.check}" for judgement in judged.failed)


def _arm(run: Run, prompt: Prompt, arm: str) -> str:
    answers = "".join(_answer(run, judged) for judged in run.of_prompt(prompt.id, arm))
    return f"<section><h4>{arm}</h4>{answers}</section>"


def _answer(run: Run, judged: JudgedAnswer) -> str:
    answer = judged.answer
    if answer.error:
        return f'<ul class="failures"><li>No answer: {_text(answer.error)}</li></ul>'
    if judged.failed:
        items = "".join(_failure(run, answer, judgement) for judgement in judged.failed)
        outcome = f'<ul class="failures">{items}</ul>'
    else:
        outcome = '<p class="fine">✓ holds to every check</p>'
    return (
        f'<p class="answer" dir="auto"{_language(run)}>{_marked(judged)}</p>{outcome}'
        f'<p class="meta">{len(answer.text.split())} words · {answer.tokens} tokens · '
        f"{answer.seconds:.1f} s · {_text(answer.model)}</p>"
    )


def _failure(run: Run, answer: Answer, judgement: Judgement) -> str:
    """A quote is repeated here only where Markdown keeps it from being marked in the answer."""
    quote = ""
    if judgement.quote not in answer.text:
        quote = f" <q{_language(run)}>{_text(judgement.quote)}</q>"
    return f"<li>✗ {_text(label(judgement.check))}: {_text(judgement.reason)}{quote}</li>"


def _marked(judged: JudgedAnswer) -> str:
    """The answer, with the first quoted passage marked where it stands there word for word."""
    text = visible(judged.answer.text)
    for judgement in judged.failed:
        quote = visible(judgement.quote)
        before, found, after = text.partition(quote) if quote else (text, "", "")
        if found:
            return f"{escape(before)}<mark>{escape(found)}</mark>{escape(after)}"
    return escape(text)


def _language(run: Run) -> str:
    language = run.settings.language
    return f' lang="{escape(language)}"' if language else ""


def _provenance(run: Run) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_text(name)}</th><td>{_text(value)}</td></tr>'
        for name, value in provenance(run)
    )
    return f"<table><tbody>{rows}</tbody></table>"
