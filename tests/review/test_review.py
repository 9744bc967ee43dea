"""The review page: rows as conversations, and data that stays data."""

import json
from pathlib import Path

from tests.smoke.report.browser import Browser
from tests.smoke.report.test_html import chromium
from tunelint.check import Options
from tuneops.review.page import render
from tuneops.review.review import review

HOSTILE = "</script><script>document.title='stolen'</script><!-- <img src=x onerror=alert(1)> $x"


def row(question: str, answer: str) -> str:
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": turns}) + "\n"


def states(folder: Path) -> tuple[Path, Path]:
    base, head = folder / "base.jsonl", folder / "head.jsonl"
    base.write_text(row("Where?", "In the old shop") + row("Who?", "Ana") + row("Same?", "Yes"))
    head.write_text(row("Same?", "Yes") + row("Where?", "In the new shop") + row(HOSTILE, HOSTILE))
    return base, head


def test_rows_that_come_go_and_change_are_told_word_by_word(tmp_path: Path) -> None:
    base, head = states(tmp_path)
    rows = {one["kind"]: one for one in review(str(base), head, Options())}
    assert {kind: one["line"] for kind, one in rows.items()} == {
        "changed": 2,
        "added": 3,
        "removed": 2,
    }
    marked = [p for turn in rows["changed"]["turns"] for p in turn["pieces"] if p[1]]
    assert marked == [["old", "del"], ["new", "ins"]]


def test_five_thousand_rows_stay_under_five_megabytes(tmp_path: Path) -> None:
    base, head = states(tmp_path)
    head.write_text("".join(row(f"Question {n}", f"{n} " + "word " * 80) for n in range(5000)))
    rows = review(str(base), head, Options())
    assert len(rows) >= 5000
    assert len(render(rows).encode()) < 5 * 10**6


def test_in_a_browser_keys_filter_and_search_work_and_no_data_acts(tmp_path: Path) -> None:
    base, head = states(tmp_path)
    page = tmp_path / "review.html"
    page.write_text(render(review(str(base), head, Options())), encoding="utf-8")
    with Browser(chromium(), tmp_path / "profile") as browser:
        browser.open(page)
        count = "document.getElementById('count').value"
        assert browser.value(count) == "3 of 3 rows"
        assert browser.value("document.title") == "Changed rows"
        assert browser.value("document.querySelectorAll('script').length") == 2
        assert browser.value("document.images.length") == 0
        browser.press("j")
        assert browser.value("document.activeElement.tagName") == "ARTICLE"
        assert browser.value("location.hash === '#' + document.activeElement.id")
        browser.type("/shop")
        assert browser.value(count) == "1 of 3 rows"
