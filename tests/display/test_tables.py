"""Tables on narrow terminals."""

import pytest
from rich.console import Console

from tuneops.display import tables

ID = "ftjob-99efff7672d4429694d13e61c3c5fe4d"
LONG = "Parcels to the islands take two working days longer than those to the mainland. " * 2


def shown(table: object, width: int) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_an_id_is_whole_and_long_texts_beside_each_other_are_all_there(width: int) -> None:
    assert ID in shown(tables.rows(("job", "why"), [(ID, LONG)]), width)
    words = shown(tables.side_by_side({"base": LONG, "tuned": LONG.upper()}), width).split()
    assert {"Parcels", "PARCELS", "mainland.", "MAINLAND."} <= set(words)
