"""Test questions that the model has seen in training: 800 to 899."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tuneops.dataset.findings import Fault, rule
from tuneops.dataset.fingerprints import marks, text_digests
from tuneops.dataset.grouping import found_in

if TYPE_CHECKING:
    from tuneops.dataset.rows import Rows

LEAK = rule(
    "E801",
    "leak",
    what="An example of the validation file is in the training file too.",
    why="The validation loss then measures memory, and over-fitting goes unseen.",
    bad="the same line in both files",
    good="a line in one of the files",
    fix="Delete it from one of the two files.",
)
LEAK_BUT_SYSTEM = rule(
    "W802",
    "leak-but-system",
    what="The training file has the same conversation under another system message.",
    why="The answer is known to the model all the same.",
    bad="the same conversation, once with 'Eres amable.' and once without",
    good="a conversation in one of the files",
    fix="Delete it from one of the two files.",
)
LEAK_PROMPT = rule(
    "W803",
    "leak-prompt",
    what="The training file has the same question with another answer.",
    why="The model has practised on the question it is validated with.",
    bad="'¿Qué ver en Lima?' in both files",
    good="questions that are in one of the files",
    fix="Ask another question in the validation file.",
)
LEAK_SMOKE = rule(
    "W804",
    "leak-smoke",
    what="A smoke prompt is a question of the training file.",
    why="The smoke test would pass on memory and say nothing about new questions.",
    bad="'¿Qué ver en Lima?' as a smoke prompt and in the training file",
    good="smoke prompts that are in neither file",
    fix="Write another smoke prompt.",
)

LEAK_NEAR = rule(
    "W805",
    "leak-near",
    what="A validation example differs from a training example in a few words only.",
    why="The model has practised on nearly the same words, and the validation loss flatters it.",
    bad="an answer of sixty words in both files, three of them changed",
    good="validation examples in words of their own",
    fix="Delete it from one of the two files, or rewrite it.",
)

LEAKS = (LEAK, LEAK_BUT_SYSTEM, LEAK_PROMPT)


def examine(
    validation: NDArray[np.void], training: NDArray[np.void]
) -> Iterator[tuple[int, Fault]]:
    """Which validation rows were trained on, each fault with the position of its row."""
    known = training[training["messages"] > 0]
    open_rows = validation["messages"] > 0
    for broken, name, what in (
        (LEAK, "normalised", "The example"),
        (LEAK_BUT_SYSTEM, "talk", "The conversation"),
        (LEAK_PROMPT, "question", "The question"),
    ):
        found = found_in(validation[name], known[name])
        hits = open_rows & (found >= 0) & (validation[name] != 0)
        for position in np.flatnonzero(hits).tolist():
            line = known["line"][found[position]]
            text = f"{what} is also on line {line} of the training file."
            yield position, Fault(broken, text)
        open_rows &= ~hits


def examine_prompt(
    prompt: str, training: NDArray[np.void], read: Callable[[NDArray[np.int64]], "Rows"]
) -> Iterator[Fault]:
    """Whether a smoke prompt was trained on."""
    wanted = text_digests([prompt])
    mark = marks(wanted)[0]
    for position in np.flatnonzero(training["asked"] & mark == mark):
        rows = read(np.array([position]))
        asked = [one.text for one in rows.example(0).messages if one.role == "user"]
        if wanted[0] in text_digests(asked):
            line = training["line"][position]
            text = f"The prompt is a question on line {line} of the training file."
            yield Fault(LEAK_SMOKE, text)
            return
