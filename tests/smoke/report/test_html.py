"""The HTML report: one file, inert data, a filter that works."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.smoke.report.browser import Browser
from tuneops.checks.base import Judgement
from tuneops.display.charts import Series
from tuneops.escaping import PROSE, printable
from tuneops.smoke.record import Run
from tuneops.smoke.report.differences import marked, unshared
from tuneops.smoke.report.html import render
from tuneops.smoke.verdict import Outcome

Runs = Callable[[Sequence[str]], Run]
GOOD = "Roma es fuentes y plazas, con luz dorada al caer la tarde. ¿Cuándo quieres verla?"

LOSS = (Series("training loss", [(1, 2.5), (2, 1.5), (3, 1.1)]),)


class Elements(HTMLParser):
    """All tags with their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_page_shows_verdict_checks_answers_and_provenance(run_of: Runs) -> None:
    run = run_of([GOOD, "Te recomiendo el Bazar Arts, que está frente al mar de Barcelona."])
    page = render(run, loss=LOSS)
    shown = Elements(page).text
    assert run.verdict.outcome == Outcome.FAIL
    assert "tienda-candidate misses: no_competitor: 1 of 2 answers" in shown
    assert "50% (9% to 91%)" in shown
    assert page.count('<svg class="interval"') == 3 * len(run.results)
    assert "ftjob-7" in shown
    assert "candidate: 2 answers, 1.5 s in the middle" in shown
    assert "contains Bazar Arts" in shown
    assert "0123456789ab" in shown
    assert run.prompts_digest in shown
    assert "training loss" in shown
    marked = re.findall("<mark>(.*?)</mark>", page)
    assert set(marked) == {"Te recomiendo el Bazar Arts, que está frente al mar de Barcelona."}


def test_a_quote_that_markdown_interrupts_is_still_shown(run_of: Runs) -> None:
    run = run_of(["Te recomiendo el **Bazar Arts**, que mira al mar. ¿Cuándo vas?"])
    plain = Judgement("own", passed=False, reason="rude", quote="Te recomiendo el Bazar Arts")
    answers = tuple(replace(answer, judgements=(plain,)) for answer in run.answers)
    page = render(replace(run, answers=answers))
    assert '<q lang="es">Te recomiendo el Bazar Arts</q>' in page


def test_answers_carry_their_language_and_controls_their_labels(run_of: Runs) -> None:
    elements = Elements(render(run_of([GOOD]), loss=LOSS))
    assert elements.named("html") == [{"lang": "en"}]
    answers = [a for a in elements.named("p") if a.get("class") == "answer"]
    assert [answer["lang"] for answer in answers] == ["es", "es"]
    labelled = {attributes["for"] for attributes in elements.named("label")}
    controls = elements.named("input") + elements.named("select")
    assert {control["id"] for control in controls} == labelled
    assert {"scope"} <= {key for head in elements.named("th") for key in head}
    assert {svg.get("role") or svg.get("aria-hidden") for svg in elements.named("svg")} == {
        "img",
        "true",
    }


def test_the_page_loads_nothing_and_runs_only_its_own_script(run_of: Runs) -> None:
    page = render(run_of([GOOD]), loss=LOSS)
    elements = Elements(page)
    attributes = {name for _, given in elements.tags for name in given}
    assert not {name for name in attributes if name.startswith("on")}
    assert not attributes & {"src", "style", "action", "srcset", "data", "poster"}
    assert [link["href"] for link in elements.named("a")] == ["#answers"]
    assert not elements.named("link")
    policy = next(
        meta["content"]
        for meta in elements.named("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy


@settings(max_examples=30)
@given(text=st.text())
def test_no_text_becomes_markup(run_of: Runs, text: str) -> None:

    plain, page = (Elements(render(run_of([words]))) for words in ("a", text))
    inert = {
        "mark",
        "ins",
        "del",
        "svg",
        "line",
        "circle",
        "q",
        "li",
        "ul",
        "option",
        "p",
        "span",
    }  # what judgements may add
    assert [t for t, _ in page.tags if t not in inert] == [
        t for t, _ in plain.tags if t not in inert
    ]
    assert printable(text, PROSE) in page.text


def test_sixty_prompts_by_three_and_two_arms_stay_under_a_megabyte(run_of: Runs) -> None:
    """Answers that differ in every other word, of a hundred words each."""
    run = run_of([f"{GOOD} {'Un paseo sin prisa. ' * 20}¿Vamos?"] * 60)
    answers = tuple(
        replace(
            judged,
            answer=replace(
                judged.answer,
                sample=sample,
                text=" ".join(
                    f"{word}{n if n % 2 and judged.answer.arm == 'candidate' else ''}"
                    for n, word in enumerate(judged.answer.text.split())
                ),
            ),
        )
        for judged in run.answers
        for sample in range(3)
    )
    page = render(replace(run, answers=answers), loss=LOSS)
    assert page.count("<ins>") > 60 * 3
    assert len(page.encode()) < 10**6


@given(st.text(), st.text())
def test_differences_mark_words_and_change_none(one: str, other: str) -> None:
    gone, new = unshared(one, other)
    assert unescape(re.sub("</?(?:ins|del)>", "", marked(one, gone))) == unescape(escape(one))
    kept = [
        "".join(c for n, c in enumerate(text) if not any(s.start <= n < s.end for s in spans))
        for text, spans in ((one, gone), (other, new))
    ]
    assert kept[0].split() == kept[1].split()


def chromium() -> str:
    """Chromium's path; where it is missing the test is skipped, but in CI it fails."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found and os.environ.get("CI") == "true":
        pytest.fail("chromium is not installed: .ci/run installs it")
    return found or pytest.skip("chromium is not installed")


def dumped(page: Path, profile: Path) -> str:
    """The page's elements after Chromium ran it."""
    done = subprocess.run(
        [
            *(chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
            *("--no-first-run", "--disable-background-networking", "--disable-sync"),
            *("--disable-component-update", f"--user-data-dir={profile}", "--dump-dom"),
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout


def test_in_a_browser_nothing_that_an_answer_says_runs(
    hostile_run: Run, hostile: str, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    page.write_text(render(hostile_run, loss=LOSS), encoding="utf-8")
    after = dumped(page, tmp_path / "profile")
    title = re.search("<title>(.*?)</title>", after, re.DOTALL)
    assert title is not None
    assert unescape(title[1]) == f"Smoke test of {printable(hostile, PROSE)}"
    assert "3 of 3 prompts" in Elements(after).text, "the page's own script did not run"
    assert len(re.findall("<script", after)) == 1
    assert len(re.findall("<img|<meta http-equiv=.refresh", after)) == 0


def test_in_a_browser_a_script_that_is_not_ours_is_blocked(run_of: Runs, tmp_path: Path) -> None:
    """The policy holds even if escaping failed: markup put in by force does not run."""
    page = tmp_path / "report.html"
    forced = (
        "<script>document.title='stolen'</script><img src=x onerror=\"document.title='stolen'\">"
    )
    page.write_text(render(run_of([GOOD])).replace("</main>", f"{forced}</main>"), encoding="utf-8")
    assert "<title>stolen" not in dumped(page, tmp_path / "profile")


def test_in_a_browser_filters_and_search_work_with_the_keyboard(
    run_of: Runs, tmp_path: Path
) -> None:
    browser_path = chromium()
    page = tmp_path / "report.html"
    run = run_of([GOOD, "Te recomiendo el Bazar Arts, que mira al mar.", f"Lima. {GOOD}"])
    page.write_text(render(run, loss=LOSS), encoding="utf-8")
    count = "document.getElementById('count').value"
    with Browser(browser_path, tmp_path / "profile") as browser:
        browser.open(page)
        assert browser.value(count) == "3 of 3 prompts"
        browser.type("/lima")
        assert browser.value(count) == "1 of 3 prompts"
        browser.press("Escape")
        assert browser.value(count) == "3 of 3 prompts"
        browser.press("Tab")
        browser.press("ArrowDown")
        assert browser.value("document.activeElement.value") == "candidate"
        assert browser.value(count) == "1 of 3 prompts"
        browser.press("Tab")
        browser.press("ArrowDown")
        assert browser.value("document.activeElement.value") == "worse"
        assert browser.value(count) == "0 of 3 prompts"
        browser.press("Escape")
        browser.press("Tab")
        browser.press(" ")
        assert browser.value("document.body.className") == "plain"
        browser.press("Tab")
        browser.press("n")
        assert browser.value("document.activeElement.tagName") == "ARTICLE"
        for scheme in ("light", "dark"):
            picture = browser.screenshot(scheme)
            assert picture.startswith(b"\x89PNG")
            (tmp_path / f"report-{scheme}.png").write_bytes(picture)
        assert browser.value("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 26)"
        browser.print_media()
        tools = "getComputedStyle(document.querySelector('.tools')).display"
        assert browser.value(tools) == "none"
