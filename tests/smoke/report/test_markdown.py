"""The Markdown summary: inert cells, whole tables, within GitHub's limit."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tuneops.escaping import PROSE, cell, printable
from tuneops.smoke.record import Run
from tuneops.smoke.report.markdown import MAX_BYTES, summary

Runs = Callable[[Sequence[str]], Run]
GOOD = "Roma es fuentes y plazas, con luz dorada al caer la tarde. ¿Cuándo quieres verla?"

BAD = "Te recomiendo el Bazar Arts."


def tokens(markdown: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)


def table_cells(markdown: str) -> list[list[Token]]:
    return [
        token.children or []
        for before, token in zip(tokens(markdown), tokens(markdown)[1:], strict=False)
        if before.type == "td_open"
    ]


@given(st.text())
def test_any_text_is_one_cell_of_plain_words(text: str) -> None:
    cells = table_cells(f"| a | b |\n|---|---|\n| {cell(text)} | end |\n")
    assert len(cells) == 2
    assert all(token.type == "text" for token in cells[0])
    shown = "".join(token.content for token in cells[0]).replace("\u200b", "")
    assert shown.split() == printable(text, PROSE).replace("\u200b", "").split()


def test_names_numbers_and_addresses_do_not_become_links() -> None:
    shown = cell("@octocat #12 https://example.org WWW.example.org")
    assert "@octocat" not in shown
    assert "#12" not in shown
    assert "s://" not in shown
    assert "WWW." not in shown


def test_the_summary_names_verdict_checks_and_failed_answers(run_of: Runs) -> None:
    text = summary(run_of([GOOD, BAD]))
    assert text.startswith("## ❌ Smoke test of tienda: FAIL\n")
    assert "| ❌ no&#95;competitor | 50% (9% to 91%) | 50% (9% to 91%) | +0.0 (" in text
    assert "| not one violation |" in text
    assert "contains Bazar Arts" in text
    assert BAD in text


def test_a_run_without_failures_lists_none(run_of: Runs) -> None:
    assert "Answers that failed" not in summary(run_of([GOOD]))


def test_hostile_texts_add_no_markup(hostile_run: Run, hostile: str) -> None:
    parsed = tokens(summary(hostile_run))
    assert [t.content for t in parsed if t.type == "html_block"] == [
        "<details><summary>Provenance</summary>\n",
        "</details>\n",
    ]
    inline = [c for t in parsed for c in t.children or [] if c.type not in ("text", "softbreak")]
    assert {c.content for c in inline} <= {"<br>"}
    assert len([t for t in parsed if t.type == "heading_open"]) == 2
    assert hostile not in summary(hostile_run)


@settings(max_examples=15)
@given(failed=st.integers(1, 40), room=st.integers(4_000, 20_000))
def test_what_does_not_fit_is_counted(run_of: Runs, failed: int, room: int) -> None:
    text = summary(run_of([f"{BAD} {n}" for n in range(failed)]), max_bytes=room)
    assert len(text.encode()) <= room
    shown = sum(f"| p{n} |" in text for n in range(failed))
    assert (f"{failed - shown} more failed answers" in text) == (shown < failed)
    assert text.endswith("</details>\n")


def test_a_thousand_long_failures_fit_a_job_summary(run_of: Runs) -> None:
    run = run_of([f"{BAD} {'á' * 5000}"])
    text = summary(replace(run, answers=run.answers * 9000))
    assert "more failed answers are in report.html" in text
    assert len(text.encode()) <= MAX_BYTES
