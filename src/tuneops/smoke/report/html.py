"""A smoke test as one HTML file that loads nothing and runs nothing but its own filter."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from tuneops.checks.base import Judgement
from tuneops.display.charts import CHART_STYLE, Series, svg_chart
from tuneops.escaping import PROSE, printable
from tuneops.smoke.answer import ARMS, Answer
from tuneops.smoke.prompts import Prompt
from tuneops.smoke.record import Run
from tuneops.smoke.report import wording
from tuneops.smoke.report.differences import Span, marked, unshared
from tuneops.smoke.report.intervals import difference_interval, rate_interval
from tuneops.smoke.report.wording import label, provenance, share, verdict_sentence
from tuneops.smoke.verdict import BASELINE, CANDIDATE, CheckResult, JudgedAnswer

MAX_PROMPT_BYTES = 9 * 10**6  # of the answers side by side: a browser still opens the page at once


def render(run: Run, *, loss: Sequence[Series] = ()) -> str:
    """The whole page; ``loss`` adds the curves of the fine-tuning job."""
    style, script = CHART_STYLE + _resource("page.css"), _resource("page.js")
    return Template(_resource("page.html")).substitute(
        title=_text(f"Smoke test of {run.product}"),
        outcome=run.verdict.outcome.value,
        sentence=_text(verdict_sentence(run)),
        checks=_checks(run),
        arms=_arms(run),
        loss=_loss(loss),
        filters="".join(_filters(run)),
        prompts=_articles(run),
        provenance=_provenance(run),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
    )


def _text(text: str) -> str:
    return escape(printable(text, PROSE))


@cache
def _resource(name: str) -> str:
    return files("tuneops.smoke.report").joinpath(name).read_text(encoding="utf-8").strip()


def _hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _checks(run: Run) -> str:
    heads = "".join(
        f'<th scope="col">{arm.capitalize()}<br><small>{_text(run.deployments[arm])}</small></th>'
        for arm in ARMS
    )
    rows = "".join(_check(result) for result in run.results)
    return (
        f'<table><thead><tr><th scope="col">Check</th><th scope="col">Outcome</th>{heads}'
        '<th scope="col">Difference in points<br><small>5 % beyond each end</small></th>'
        '<th scope="col">Exact McNemar<br><small>prompts; p of a loss, Holm</small></th>'
        '<th scope="col">Noise floor<br><small>baseline against itself</small></th>'
        f'<th scope="col">Wanted</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _check(result: CheckResult) -> str:
    outcome = result.outcome or "shown only"
    cells = (
        f'<span class="{result.outcome or "none"}">{outcome}</span>',
        *(f"{rate_interval(result.rate(arm))}{share(result.rate(arm))}" for arm in ARMS),
        f"{difference_interval(result)}{wording.difference(result.difference)}",
        wording.mcnemar(result),
        wording.difference(result.noise),
        wording.wanted(result),
    )
    row = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{_text(label(result.check))}</th>{row}</tr>'


def _arms(run: Run) -> str:
    sentences = [wording.arm_sentence(facts) for facts in wording.arm_facts(run)]
    judged = [wording.judge_sentence(run)] if run.judge else []
    return "".join(f"<li>{_text(sentence)}</li>" for sentence in [*sentences, *judged])


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
        for result in run.results:
            missed = result.rate(arm)
            if missed.passed < missed.total:
                value = escape(f"{arm}:{result.check}")
                yield f'<option value="{value}">{arm}: {_text(label(result.check))}</option>'


def _articles(run: Run) -> str:
    """Prompts in their order; where there is no space for all, those that failed before others."""
    shown: dict[str, str] = {}
    space = MAX_PROMPT_BYTES
    for prompt in sorted(run.prompts, key=lambda prompt: _rank(run, prompt)):
        article = _prompt(run, prompt)
        space -= len(article.encode())
        if space < 0:
            break
        shown[prompt.id] = article
    articles = [shown[prompt.id] for prompt in run.prompts if prompt.id in shown]
    if left := len(run.prompts) - len(articles):
        articles.append(f'<p class="facts">{left:,} more prompts are in run.json.</p>')
    return "\n".join(articles)


def _rank(run: Run, prompt: Prompt) -> int:
    """Zero where the candidate is worse, then where something failed, then the rest."""
    if "worse" in _changed(run, prompt):
        return 0
    return 1 if any(_failed(run, prompt)) else 2


def _prompt(run: Run, prompt: Prompt) -> str:
    tags = "".join(f'<span class="tag">{_text(tag)}</span>' for tag in prompt.tags)
    turns = "".join(
        f"<p{_language(run)}>{_turn(message['role'])}{_text(message['content'])}</p>"
        for message in prompt.messages
    )
    failed = " ".join(escape(one.replace(" ", "_")) for one in dict.fromkeys(_failed(run, prompt)))
    changed = " ".join(_changed(run, prompt)) or "same"
    return (
        f'<article class="card" data-failed="{failed}" data-changed="{changed}" tabindex="-1">'
        f'<h3>{_text(prompt.id)}{tags}</h3><div class="prompt">{turns}</div>'
        f'<div class="arms"><h4>{BASELINE}</h4><h4>{CANDIDATE}</h4>{_pairs(run, prompt)}</div>'
        "</article>"
    )


def _changed(run: Run, prompt: Prompt) -> Iterator[str]:
    """Whether the candidate holds to fewer checks than the baseline, to more, or both."""
    counts: dict[str, int] = {}
    for arm, sign in ((BASELINE, -1), (CANDIDATE, 1)):
        for judged in run.of_prompt(prompt.id, arm):
            for judgement in judged.failed:
                counts[judgement.check] = counts.get(judgement.check, 0) + sign
    if any(count > 0 for count in counts.values()):
        yield "worse"
    if any(count < 0 for count in counts.values()):
        yield "better"


def _pairs(run: Run, prompt: Prompt) -> str:
    """The answers side by side, sample by sample."""
    arms = [{j.answer.sample: j for j in run.of_prompt(prompt.id, arm)} for arm in ARMS]
    samples = sorted({sample for arm in arms for sample in arm})
    return "".join(_pair(run, *(arm.get(sample) for arm in arms)) for sample in samples)


def _pair(run: Run, before: JudgedAnswer | None, after: JudgedAnswer | None) -> str:
    texts = [printable(judged.answer.said, PROSE) if judged else "" for judged in (before, after)]
    gone, new = unshared(*texts) if all(texts) else ([], [])
    return _section(run, before, gone) + _section(run, after, new)


def _section(run: Run, judged: JudgedAnswer | None, spans: list[Span]) -> str:
    return f"<section>{_answer(run, judged, spans) if judged else ''}</section>"


def _turn(role: str) -> str:
    return '<span class="turn">assistant: </span>' if role == "assistant" else ""


def _failed(run: Run, prompt: Prompt) -> Iterator[str]:
    for arm in ARMS:
        for judged in run.of_prompt(prompt.id, arm):
            if judged.failed or judged.answer.error:
                yield arm
            yield from (f"{arm}:{judgement.check}" for judgement in judged.failed)


def _answer(run: Run, judged: JudgedAnswer, spans: list[Span]) -> str:
    answer = judged.answer
    if answer.error:
        return f'<ul class="failures"><li>No answer: {_text(answer.error)}</li></ul>'
    if judged.failed:
        items = "".join(_failure(run, answer, judgement) for judgement in judged.failed)
        outcome = f'<ul class="failures">{items}</ul>'
    else:
        outcome = '<p class="fine">✓ holds to every check</p>'
    shown = marked(printable(answer.said, PROSE), [*_quoted(judged), *spans])
    return (
        f'<p class="answer" dir="auto"{_language(run)}>{shown}</p>{outcome}'
        f'<p class="meta">{len(answer.text.split())} words · {answer.tokens} tokens · '
        f"{answer.seconds:.1f} s</p>"
    )


def _failure(run: Run, answer: Answer, judgement: Judgement) -> str:
    """A quote is repeated here only where Markdown keeps it from being marked in the answer."""
    quote = ""
    if judgement.quote not in answer.said:
        quote = f" <q{_language(run)}>{_text(judgement.quote)}</q>"
    return f"<li>✗ {_text(label(judgement.check))}: {_text(judgement.reason)}{quote}</li>"


def _quoted(judged: JudgedAnswer) -> list[Span]:
    """The first quoted passage that stands in the answer word for word."""
    text = printable(judged.answer.said, PROSE)
    for judgement in judged.failed:
        quote = printable(judgement.quote, PROSE)
        if quote and (at := text.find(quote)) >= 0:
            return [Span(at, at + len(quote), "mark")]
    return []


def _language(run: Run) -> str:
    language = run.settings.language
    return f' lang="{escape(language)}"' if language else ""


def _provenance(run: Run) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_text(name)}</th><td>{_text(value)}</td></tr>'
        for name, value in provenance(run)
    )
    return f"<table><tbody>{rows}</tbody></table>"
