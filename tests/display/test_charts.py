"""Loss curves as text and SVG."""

import math
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from tuneops.display.charts import HEIGHT, WIDTH, Series, svg_chart, text_chart

VALUE = st.floats(-1e6, 1e6)
POINTS = st.lists(st.tuples(st.integers(0, 10**6), VALUE), min_size=1).map(sorted)
SVG = "{http://www.w3.org/2000/svg}"
TRAINING = Series("training loss", [(n, 2 * math.exp(-n / 20) + 0.4) for n in range(1, 100)])
VALIDATION = Series(
    "validation loss", [(n, 2 * math.exp(-n / 25) + 0.6) for n in range(10, 99, 10)]
)


@given(POINTS, POINTS)
def test_the_text_chart_keeps_its_size(
    first: list[tuple[int, float]], second: list[tuple[int, float]]
) -> None:
    lines = text_chart([Series("a", first), Series("b", second)]).split("\n")
    assert len(lines) == HEIGHT + 3
    assert max(map(len, lines)) <= WIDTH + 8


def test_the_text_chart_names_axes_and_curves() -> None:
    chart = text_chart([TRAINING, VALIDATION])
    first, last = chart.split("\n")[-2:]
    assert first.split() == ["1", "step", "99"]
    assert last.strip() == "⠒ training loss   ◆ validation loss"
    assert "0 ┤" in chart
    assert chart.count("◆") > 5
    assert "\x1b" not in chart


def test_a_falling_loss_falls() -> None:
    rows = text_chart([TRAINING]).split("\n")[:HEIGHT]
    left = next(n for n, row in enumerate(rows) if row[10:12].strip())
    right = next(n for n, row in enumerate(rows) if row[68:72].strip())
    assert left < right


@given(POINTS)
def test_the_svg_is_well_formed_and_inside_its_frame(points: list[tuple[int, float]]) -> None:
    svg = ET.fromstring(svg_chart([Series("a<b&\"c'", points)]))  # noqa: S314 - our own output
    line = svg.find(f"{SVG}polyline")
    assert line is not None
    for place in line.attrib["points"].split():
        x, y = map(float, place.split(","))
        assert 0 <= x <= 720
        assert 0 <= y <= 300
    assert "a<b&\"c'" in {text.text for text in svg.iter(f"{SVG}text")}


def test_the_svg_says_what_it_shows_without_colour() -> None:
    svg = ET.fromstring(svg_chart([TRAINING, VALIDATION]))  # noqa: S314 - our own output
    title, description = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert svg.attrib["aria-labelledby"].split() == [title.attrib["id"], description.attrib["id"]]
    assert description.text == "training loss ends at 0.414; validation loss ends at 0.655."
    dashes = [line.get("stroke-dasharray") for line in svg.iter(f"{SVG}polyline")]
    assert len(set(dashes)) == 2
    assert "prefers-color-scheme: dark" in svg_chart([TRAINING])
    assert "<style>" not in svg_chart([TRAINING], style=False)


def test_what_is_not_a_number_is_left_out() -> None:
    broken = Series("loss", [(1, math.nan), (2, math.inf)])
    assert text_chart([broken]) == "No loss was recorded."
    assert text_chart([]) == "No loss was recorded."
    assert svg_chart([broken]) == ""
    assert "nan" not in svg_chart([Series("loss", [(1, 1.0), (2, math.nan), (3, 0.5)])])
