"""The report on a terminal."""

import io
from collections.abc import Callable, Sequence

from rich.console import Console, RenderableType

from tuneops.smoke.record import Run
from tuneops.smoke.report.terminal import comparison, side_by_side

Runs = Callable[[Sequence[str]], Run]
GOOD = "Roma es fuentes y plazas, con luz dorada al caer la tarde. ¿Cuándo quieres verla?"


def shown(part: RenderableType, *, width: int = 160) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(part)
    return stream.getvalue()


def test_the_comparison_has_a_row_a_check_and_the_verdict(run_of: Runs) -> None:
    text = " ".join(shown(comparison(run_of([GOOD, "Compra en Iberia Moda."])), width=240).split())
    assert "no_competitor │ 50% (9% to 91%) │ 50% (9% to 91%)" in text
    assert "not one violation │ FAIL" in text
    assert "FAIL tienda-candidate misses: " in text
    assert "baseline (gpt-4o)" in text
    assert "baseline: 2 answers, 1.5 s in the middle" in text


def test_answers_stand_side_by_side_for_the_chosen_prompts(run_of: Runs) -> None:
    run = run_of([GOOD, "Compra en Iberia Moda.", "Pide en Bazar Arts."])
    text = shown(side_by_side(run, ["p1"]))
    assert "Compra en Iberia Moda." in text
    assert "✗ no_competitor: contains Iberia Moda" in text
    assert "Alquila" not in text


def test_data_is_never_markup_nor_steers_the_terminal(
    hostile_run: Run, hostile: str, run_of: Runs
) -> None:
    for run in (hostile_run, run_of(["[bold red]rojo[/] [link=x]y[/link] \x1b[2J\u202e\x07"])):
        everything = [prompt.id for prompt in run.prompts]
        text = shown(comparison(run)) + shown(side_by_side(run, everything))
        assert not {c for c in text if not c.isprintable()} - {"\n"}
    assert "[bold red]rojo[/]" in text
    assert r"\x1b[2J\u202e\x07" in text
    assert hostile not in text
