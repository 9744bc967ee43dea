"""What a grader makes of answers of the base model, before it shapes one; no I/O."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from tuneops.azure.graders import Score

_BARS = 5
_WIDTH = 30


@dataclass(frozen=True)
class Graded:
    """An answer to the row on a line of the training file, graded more than once."""

    line: int
    answer: str
    scores: tuple[Score, ...]

    @property
    def is_steady(self) -> bool:
        return len({score.reward for score in self.scores}) == 1


@dataclass(frozen=True)
class Grading:
    graded: tuple[Graded, ...]

    @property
    def rewards(self) -> list[float]:
        return [each.scores[0].reward for each in self.graded]

    @property
    def unsteady(self) -> int:
        """How many answers got another score when they were graded again."""
        return sum(not each.is_steady for each in self.graded)

    @property
    def errors(self) -> Counter[str]:
        return Counter(error for each in self.graded for error in each.scores[0].errors)

    def facts(self) -> dict[str, Any]:
        return {
            "answers": len(self.graded),
            "mean": round(fmean(self.rewards), 4),
            "median": median(self.rewards),
            "least": min(self.rewards),
            "most": max(self.rewards),
            "unsteady": self.unsteady,
            "errors": dict(self.errors),
            "graded": [
                {"line": each.line, "rewards": [score.reward for score in each.scores]}
                for each in self.graded
            ],
        }

    def lines(self) -> Iterator[str]:
        """The distribution of scores as bars, then what is to be thought of."""
        least, most = min(self.rewards), max(self.rewards)
        step = (most - least) / _BARS or 1.0
        counts = Counter(min(_BARS - 1, int((one - least) / step)) for one in self.rewards)
        bars = range(_BARS if most > least else 1)
        for bar in bars:
            low, high = least + bar * step, most if most == least else least + (bar + 1) * step
            filled = "█" * round(_WIDTH * counts[bar] / len(self.graded))
            yield f"{low:8.3f} to {high:8.3f}  {counts[bar]:4}  {filled}"
        yield f"mean {fmean(self.rewards):.3f}, median {median(self.rewards):.3f}"
        yield from self.warnings()

    def warnings(self) -> Iterator[str]:
        """What makes a grader unfit to train with."""
        if min(self.rewards) == max(self.rewards):
            yield (
                "Every answer is worth the same: nothing can be learnt from that. Look at the rows "
                "and the grader's references, or let base answers be harder to get right."
            )
        if self.unsteady:
            yield (
                f"{self.unsteady} of {len(self.graded)} equal answers scored differently when they "
                "were graded again: the model would learn from noise."
            )
        for error, count in self.errors.items():
            yield f"{count} answers could not be graded: {error}."


def chosen(lines: Sequence[bytes], count: int) -> list[int]:
    """Numbers of rows, from zero, evenly over the file."""
    many = min(count, len(lines))
    return [number * len(lines) // many for number in range(many)]
