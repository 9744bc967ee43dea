"""Texts cut to what a page takes; who cuts says how much is left out."""

from collections.abc import Sequence


def fitting(rows: Sequence[str], room: int) -> list[str]:
    """The first rows that fit into so many bytes of UTF-8, each with a line feed."""
    kept = []
    for row in rows:
        room -= len(row.encode()) + 1
        if room < 0:
            break
        kept.append(row)
    return kept


def shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
