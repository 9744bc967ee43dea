"""Data made safe to show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuneops.escaping import PROSE, printable, visible


@given(st.text())
def test_prose_keeps_its_lines_and_nothing_else_that_does_not_print(text: str) -> None:
    for shown in (printable(text, PROSE), visible(text, PROSE)):
        assert all(c.isprintable() or c in PROSE for c in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("uno\r\ndos\ttres", "uno\ndos\ttres"),
        ("uno\rdos", "uno\\x0ddos"),
        (
            "\U0001f469\u200d\U0001f680 std::sort \u202e",
            "\U0001f469\u200d\U0001f680 std::sort \\u202e",
        ),
    ],
)
def test_a_page_shows_an_answer_as_it_was_given(text: str, shown: str) -> None:
    """Line ends of Windows are line ends, joined emoji stay joined, and :: is no command there."""
    assert printable(text, PROSE) == shown


def test_without_lines_to_keep_a_line_end_is_an_escape() -> None:
    assert printable("uno\r\ndos") == "uno\\x0d\\x0ados"
