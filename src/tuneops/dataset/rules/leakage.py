"""Test questions that the model has seen in training: 800 to 899."""

from collections.abc import Iterator

from tuneops.dataset.examples import Example
from tuneops.dataset.findings import Fault, Rule, rule
from tuneops.dataset.fingerprints import Fingerprint, digest, normalise

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


class Leakage:
    """What the training file holds, in digests, for the other files to be compared with."""

    def __init__(self) -> None:
        self._normalised: dict[int, int] = {}
        self._talk: dict[int, int] = {}
        self._question: dict[int, int] = {}
        self._asked: dict[int, int] = {}

    def learn(self, example: Example, seen: Fingerprint) -> None:
        line = example.document.line
        self._normalised.setdefault(seen.normalised, line)
        if not example.messages:
            return
        self._talk.setdefault(seen.talk, line)
        self._question.setdefault(seen.question, line)
        for message in example.messages:
            if message.role == "user":
                self._asked.setdefault(digest(normalise(message.text)), line)

    def examine(self, example: Example, seen: Fingerprint) -> Iterator[Fault]:
        """Whether a validation example was trained on."""
        levels: tuple[tuple[Rule, dict[int, int], int, str], ...] = (
            (LEAK, self._normalised, seen.normalised, "The example"),
            (LEAK_BUT_SYSTEM, self._talk, seen.talk, "The conversation"),
            (LEAK_PROMPT, self._question, seen.question, "The question"),
        )
        for broken, index, key, what in levels:
            if example.messages and key in index:
                yield Fault(broken, f"{what} is also on line {index[key]} of the training file.")
                return

    def examine_prompt(self, prompt: str) -> Iterator[Fault]:
        """Whether a smoke prompt was trained on."""
        line = self._asked.get(digest(normalise(prompt)))
        if line is not None:
            yield Fault(
                LEAK_SMOKE, f"The prompt is a question on line {line} of the training file."
            )
