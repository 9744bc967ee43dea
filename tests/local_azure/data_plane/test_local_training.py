"""The small model learns, and only from what it is shown."""

from math import ceil, isfinite, log

from hypothesis import given, settings
from hypothesis import strategies as st

from local_azure.simulated_model.hyperparameters import Hyperparameters, Step, auto_hyperparameters
from local_azure.simulated_model.training import VALIDATE_EVERY, train
from tests.local_azure.data_plane.conftest import PLACES

TEXTS = [f"{place} te espera con mercados y miradores. ¿Vas en mayo?" for place in PLACES] * 3
OTHERS = [f"The museum number {number} opens at nine." for number in range(60)]
CHOSEN = Hyperparameters(n_epochs=3, batch_size=2, learning_rate_multiplier=2.0)


def mean_loss(steps: list[Step]) -> float:
    return sum(step.train_loss for step in steps) / len(steps)


def test_loss_falls_from_that_of_a_guess() -> None:
    """An untrained model guesses among its characters; a trained one knows better."""
    steps = train(TEXTS, [], CHOSEN, seed=1)
    characters = len(set("".join(TEXTS))) + 1
    assert abs(steps[0].train_loss - log(characters)) < 0.2
    assert mean_loss(steps[-10:]) < mean_loss(steps[:10]) / 2
    assert steps[-1].train_mean_token_accuracy > steps[0].train_mean_token_accuracy


def test_validation_loss_tells_what_was_learnt() -> None:
    """Held-out text of the same kind becomes likelier, text of another kind hardly does."""
    same = train(TEXTS[20:], TEXTS[:20], CHOSEN, seed=1)[-1].full_valid_loss
    other = train(TEXTS[20:], OTHERS, CHOSEN, seed=1)[-1].full_valid_loss
    assert same is not None
    assert other is not None
    assert same < other


def test_a_larger_learning_rate_learns_more_in_one_epoch() -> None:
    """The learning rate multiplier is not ignored."""
    slow, fast = (
        train(TEXTS, [], Hyperparameters(1, 4, multiplier), seed=1)[-1].train_loss
        for multiplier in (0.1, 2.0)
    )
    assert fast < slow


def test_same_arguments_same_steps() -> None:
    """A training repeated after a restart gives the same numbers."""
    assert train(TEXTS, OTHERS, CHOSEN, seed=7) == train(TEXTS, OTHERS, CHOSEN, seed=7)


def test_seed_and_data_matter() -> None:
    """Another seed or other data gives other losses."""
    first = train(TEXTS, [], CHOSEN, seed=1)
    assert first != train(TEXTS, [], CHOSEN, seed=2)
    assert first != train(OTHERS, [], CHOSEN, seed=1)


def test_validation_appears_now_and_then() -> None:
    """Sampled validation every few steps, the full one at the ends of epochs only."""
    steps = train(TEXTS, OTHERS, CHOSEN, seed=1)
    epoch = len(steps) // CHOSEN.n_epochs
    full = [step.step for step in steps if step.full_valid_loss is not None]
    sampled = [step.step for step in steps if step.valid_loss is not None]
    assert full == [epoch, 2 * epoch, 3 * epoch]
    expected = {*range(VALIDATE_EVERY, len(steps) + 1, VALIDATE_EVERY), *full}
    assert sampled == sorted(expected)


@settings(max_examples=25)
@given(
    texts=st.lists(st.text(max_size=40), min_size=1, max_size=12),
    epochs=st.integers(1, 3),
    batch_size=st.integers(1, 300),
    multiplier=st.floats(0.01, 100),
)
def test_any_text_can_be_trained_on(
    texts: list[str], epochs: int, batch_size: int, multiplier: float
) -> None:
    """The steps are those of the epochs, and every number is finite and in its range."""
    chosen = Hyperparameters(epochs, batch_size, multiplier)
    steps = train(texts, texts, chosen, seed=3)
    assert [step.step for step in steps] == list(
        range(1, ceil(len(texts) / batch_size) * epochs + 1)
    )
    for step in steps:
        assert isfinite(step.train_loss)
        assert 0 <= step.train_mean_token_accuracy <= 1


def test_examples_beyond_those_kept_still_count() -> None:
    """The number of steps is that of the whole file, however little of it is kept."""
    assert len(train(TEXTS[:5], [], CHOSEN, examples=100, seed=1)) == 150


def test_automatic_hyperparameters_grow_with_the_data() -> None:
    """Small data is read three times, one example a step; large data in larger batches."""
    assert auto_hyperparameters(165) == Hyperparameters(3, 1, 2.0)
    assert auto_hyperparameters(2000).batch_size == 4
    assert auto_hyperparameters(10**6).batch_size == 256
