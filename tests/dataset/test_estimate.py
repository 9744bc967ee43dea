"""What a check says of tokens and of money."""

import json
import runpy
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import validate

from tuneops.dataset import present
from tuneops.dataset.distribution import STEPS, steps_of
from tuneops.dataset.estimate import Estimate
from tuneops.display.histograms import svg_bars, text_bars

Lines = Callable[..., list[str]]

ROOT = Path(__file__).parents[2]
SCRIPT = str(ROOT / "scripts" / "validate_data.py")
PRICED = ROOT / "config" / "travel.yaml"


@pytest.fixture
def training(tmp_path: Path, lines: Lines) -> Path:
    path = tmp_path / "training.jsonl"
    path.write_text("\n".join(lines()) + "\n", encoding="utf-8")
    return path


@cache
def _main() -> click.Command:
    command = runpy.run_path(SCRIPT)["main"]
    assert isinstance(command, click.Command)
    return command


def _check(*arguments: str) -> str:
    return CliRunner().invoke(_main(), ["check", *arguments], catch_exceptions=False).stdout


@given(counts=st.lists(st.integers(1, 200_000), min_size=1, max_size=300))
def test_every_example_is_in_one_step(counts: list[int]) -> None:
    """Steps follow each other without a gap, are few, and count every example once."""
    steps = steps_of(np.sort(np.array(counts, np.int64)))
    assert sum(count for *_, count in steps) == len(counts)
    assert len(steps) <= STEPS + 3
    assert all(one[1] + 1 == other[0] for one, other in pairwise(steps))
    for low, high, count in steps:
        assert count == sum(low <= one <= high for one in counts)


@given(counts=st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_bars_are_as_long_as_their_counts(counts: list[int]) -> None:
    """A larger count never has a shorter bar, and ASCII terminals get ASCII."""
    steps = [(at, at, count) for at, count in enumerate(counts)]
    bars = [line.count("#") for line in text_bars(steps, ascii_only=True)]
    assert all(
        (one <= other) == (bar <= another) or bar == another
        for one, bar in zip(counts, bars, strict=True)
        for other, another in zip(counts, bars, strict=True)
    )
    assert all(line.isascii() for line in text_bars(steps, ascii_only=True))


def test_a_price_is_named_or_said_to_be_unknown(training: Path) -> None:
    """Without a configuration the tokens are told, and that no price is known."""
    plain = _check(str(training))
    assert "for 3 epochs (Azure chooses; an assumption)" in plain
    assert "The price is not known" in plain
    priced = _check(str(training), "--config", str(PRICED))
    assert "GlobalStandard: " in priced
    assert "US dollars, as configured" in priced
    assert "hosting: 1,241.00 US dollars a month a deployment" in priced


def test_json_holds_the_estimate(training: Path) -> None:
    """The estimate keeps to the published schema, and costs are tokens times epochs times price."""
    facts = json.loads(_check(str(training), "--config", str(PRICED), "--json"))
    schema = ROOT / "docs" / "findings.schema.json"
    validate(facts, json.loads(schema.read_text(encoding="utf-8")))
    told = facts["summary"]["estimate"]
    assert told["billed_tokens"] == told["tokens"] * told["epochs"]
    assert told["training_cost"]["Standard"] == round(told["billed_tokens"] * 27.5 / 10**6, 2)


def test_what_is_over_the_limit_is_counted() -> None:
    """Examples over the model's limit are a number of their own."""
    shown = present.cost_lines(Estimate(10, 3, True, 70_000, 65_536, 2))
    assert shown[-1] == "longest example: 70,000 tokens of 65,536; 2 over it"


def test_the_plot_is_a_picture_that_stands_alone(training: Path, tmp_path: Path) -> None:
    """--plot writes SVG with a title, one bar a step and their values in words."""
    path = tmp_path / "tokens.svg"
    _check(str(training), "--plot", str(path))
    root = ET.parse(path).getroot()  # noqa: S314 - our own
    space = {"s": "http://www.w3.org/2000/svg"}
    assert "Tokens an example" in str(root.findtext("s:title", namespaces=space))
    assert len(root.findall("s:rect", space)) > 1
    assert "<script" not in svg_bars([(1, 2, 3)], title="<script>", unit="x")


def test_a_plot_that_cannot_be_written_is_a_usage_error(training: Path, tmp_path: Path) -> None:
    """A folder in the place of the picture is a sentence and exit code 2."""
    done = CliRunner().invoke(_main(), ["check", str(training), "--plot", str(tmp_path)])
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
