"""The result file of a job."""

import pytest

from tuneops.errors import TuneopsError
from tuneops.training.metrics import Step, parse, series

HEADER = "step,train_loss,train_mean_token_accuracy,valid_loss,"


@pytest.mark.parametrize("prefix", ["valid", "validation"])
def test_both_spellings_of_the_columns_are_read(prefix: str) -> None:
    text = f"{HEADER}{prefix}_mean_token_accuracy,full_valid_loss,full_valid_mean_token_accuracy\n"
    text += "1,2.5,0.4,2.75,0.3,,\n2,2.0,0.5,,,2.25,0.45\n"
    assert parse(text) == [
        Step(1, 2.5, 2.75, None, 0.4, 0.3, None),
        Step(2, 2.0, None, 2.25, 0.5, None, 0.45),
    ]


def test_a_byte_order_mark_does_not_hide_the_first_column() -> None:
    assert parse("\ufeffstep,train_loss\n1,2.5\n") == [Step(1, 2.5)]


def test_a_series_skips_steps_without_a_value() -> None:
    steps = [Step(1, 2.5), Step(2), Step(3, 1.5)]
    assert series(steps, "train_loss") == [(1, 2.5), (3, 1.5)]


def test_something_else_than_a_result_file_is_refused() -> None:
    with pytest.raises(TuneopsError, match="no column 'step'"):
        parse("a,b\n1,2\n")
