"""The result file of a job."""

import pytest

from tuneops.display.charts import Series
from tuneops.errors import TuneopsError
from tuneops.training.metrics import Step, curves, facts, parse, series, turn

HEADER = "step,train_loss,train_mean_token_accuracy,valid_loss,"
FULL = {"full_valid_loss": 2.25, "full_valid_accuracy": 0.45}


@pytest.mark.parametrize("prefix", ["valid", "validation"])
def test_both_spellings_of_the_columns_are_read(prefix: str) -> None:
    text = f"{HEADER}{prefix}_mean_token_accuracy,full_valid_loss,full_valid_mean_token_accuracy\n"
    text += "1,2.5,0.4,2.75,0.3,,\n2,2.0,0.5,,,2.25,0.45\n"
    assert parse(text) == [
        Step(
            1, {"train_loss": 2.5, "train_accuracy": 0.4, "valid_loss": 2.75, "valid_accuracy": 0.3}
        ),
        Step(2, {"train_loss": 2.0, "train_accuracy": 0.5, **FULL}),
    ]


@pytest.mark.parametrize("reward", ["train_reward_mean", "train_mean_reward"])
def test_rewards_are_curves_and_unknown_columns_keep_their_names(reward: str) -> None:
    steps = parse(f"step,{reward},rewards/margins\n1,0.25,0.5\n2,0.5,\n")
    assert curves(steps) == [Series("training", [(1, 0.25), (2, 0.5)])]
    assert facts(steps) == [
        {"step": 1, "train_reward": 0.25, "rewards/margins": 0.5},
        {"step": 2, "train_reward": 0.5},
    ]


def epochs(*losses: tuple[float, float]) -> list[Step]:
    """Ten steps for each pair: the loss of training, and that of validation at the last one."""
    return [
        Step(
            10 * epoch + step,
            {"train_loss": train} | ({"full_valid_loss": valid} if step == 10 else {}),
        )
        for epoch, (train, valid) in enumerate(losses)
        for step in range(1, 11)
    ]


def test_a_validation_loss_that_turned_is_said_with_its_step() -> None:
    found = turn(epochs((2.0, 2.0), (1.5, 1.8), (1.0, 2.1)))
    assert found is not None
    assert "From step 20 on" in str(found)
    assert "from 1.800 to 2.100" in str(found)


@pytest.mark.parametrize(
    "losses",
    [
        [(2.0, 2.0), (1.5, 1.8), (1.0, 1.7)],  # still falling
        [(2.0, 2.0), (2.5, 1.8), (3.0, 2.1)],  # training got worse as well
        [],
    ],
)
def test_what_did_not_turn_is_not_said(losses: list[tuple[float, float]]) -> None:
    assert turn(epochs(*losses)) is None


def test_a_byte_order_mark_does_not_hide_the_first_column() -> None:
    assert parse("\ufeffstep,train_loss\n1,2.5\n") == [Step(1, {"train_loss": 2.5})]


def test_a_series_skips_steps_without_a_value() -> None:
    steps = [Step(1, {"train_loss": 2.5}), Step(2), Step(3, {"train_loss": 1.5})]
    assert series(steps, "train_loss") == [(1, 2.5), (3, 1.5)]


def test_something_else_than_a_result_file_is_refused() -> None:
    with pytest.raises(TuneopsError, match="no column 'step'"):
        parse("a,b\n1,2\n")
