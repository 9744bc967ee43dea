"""One pass over a product's data files: every finding, and the files in numbers."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneops.dataset.documents import read_documents
from tuneops.dataset.examples import Document, Example
from tuneops.dataset.findings import SHOWN_PER_RULE, Fault, Finding, Findings, Severity
from tuneops.dataset.fingerprints import Fingerprint, fingerprint
from tuneops.dataset.near import NearDuplicates
from tuneops.dataset.rules import duplicates, leakage, limits, schema, structure, tools
from tuneops.dataset.rules.duplicates import Duplicates
from tuneops.dataset.rules.leakage import Leakage
from tuneops.dataset.tokens import Statistics, count_examples, summarise
from tuneops.limits import MAX_EXAMPLE_TOKENS

if TYPE_CHECKING:
    from tuneops.config import Config

BATCH_EXAMPLES = 512
BATCH_CHARACTERS = 4 * 10**6
_REPEATS = (*duplicates.REPEATS, *leakage.LEAKS)
_Compare = Callable[[Example, Fingerprint], Iterable[Fault]]
_LINE_RULES = (schema.examine, structure.examine, tools.examine)


@dataclass(frozen=True)
class Report:
    """`counts` are of all findings, `hidden` of those that are counted and not listed."""

    findings: tuple[Finding, ...]
    statistics: dict[str, Statistics]
    counts: dict[Severity, int]
    hidden: dict[str, int] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.counts[Severity.ERROR]

    def as_dict(self) -> dict[str, Any]:
        return {
            "findings": [finding.as_dict() for finding in self.findings],
            "summary": {
                "passed": self.passed,
                **{f"{severity}s": number for severity, number in self.counts.items()},
                "not_listed": self.hidden,
                "files": {name: asdict(numbers) for name, numbers in self.statistics.items()},
            },
        }


def check(
    training: Path | Iterable[Path],
    validation: Path | None = None,
    smoke_prompts: Path | None = None,
    *,
    epochs: int | None = None,
    max_example_tokens: int = MAX_EXAMPLE_TOKENS,
    shown_per_rule: int = SHOWN_PER_RULE,
) -> Report:
    """Check training files, each on its own, and the other files against all of them.

    Raises:
        ConfigError: A path is no regular file inside the tree.
    """
    scan = _Scan(Findings(shown_per_rule), max_example_tokens)
    for path in [training] if isinstance(training, Path) else dict.fromkeys(training):
        scan.training(path, epochs)
    if validation is not None:
        scan.validation(validation)
    scan.near_duplicates(validation)
    if smoke_prompts is not None:
        scan.smoke_prompts(smoke_prompts)
    return scan.report()


def check_product(config: "Config") -> Report:
    """Check the files that a product's configuration names.

    Raises:
        ConfigError: As check.
    """
    data, epochs = config.data, config.fine_tuning.hyperparameters.n_epochs
    return check(
        data.training,
        data.validation,
        data.smoke_prompts,
        epochs=epochs if isinstance(epochs, int) else None,
    )


class _Scan:
    def __init__(self, findings: Findings, max_example_tokens: int) -> None:
        self._findings = findings
        self._max_tokens = max_example_tokens
        self._leakage = Leakage()
        self._near = NearDuplicates()
        self._statistics: dict[str, Statistics] = {}

    def training(self, path: Path, epochs: int | None) -> None:
        self._examine(path, self._learn)
        numbers = self._statistics[str(path)]
        self._note_all(str(path), limits.examine_size(numbers.examples))
        self._note_all(str(path), limits.examine_billing(numbers.tokens, epochs or 1))

    def _learn(self, example: Example, seen: Fingerprint) -> tuple[Fault, ...]:
        self._leakage.learn(example, seen)
        return ()

    def validation(self, path: Path) -> None:
        self._examine(path, self._leakage.examine)

    def near_duplicates(self, validation: Path | None) -> None:
        """What differs by a few words; lines that repeat others outright were noted before."""
        for pair in self._near.pairs():
            earlier, later = pair.earlier, pair.later
            if earlier.path == later.path:
                broken, place = duplicates.NEAR, f"line {earlier.line}"
            elif later.path == validation:
                broken, place = leakage.LEAK_NEAR, f"line {earlier.line} of {earlier.path}"
            else:
                continue
            text = f"{pair.similarity:.0%} the same as {place}."
            self._findings.add(broken, text, file=str(later.path), line=later.line)

    def smoke_prompts(self, path: Path) -> None:
        for document in read_documents(path, self._findings):
            for prompt in _prompts(document.value):
                self._note(document, self._leakage.examine_prompt(prompt))

    def report(self) -> Report:
        found = self._findings
        return Report(found.ordered(), self._statistics, found.counts(), found.hidden())

    def _examine(self, path: Path, compare: _Compare) -> None:
        """Note all that the file's lines, one by one and together, have to be told."""
        repeats, measures = Duplicates(), _Measures()
        for batch in _batches(read_documents(path, self._findings)):
            for example, tokens in zip(batch, count_examples(batch), strict=True):
                seen = fingerprint(example)
                repeated = [*repeats.observe(example, seen), *compare(example, seen)]
                if not any(fault.rule in _REPEATS for fault in repeated):
                    self._near.add(path, example)
                alone = chain.from_iterable(examine(example) for examine in _LINE_RULES)
                size = limits.examine_tokens(tokens, self._max_tokens)
                self._note(example.document, chain(alone, repeated, size))
                measures.add(example, tokens.total)
        for position, fault in limits.outliers(measures.tokens):
            self._findings.add(
                fault.rule, fault.message, file=str(path), line=measures.lines[position]
            )
        self._statistics[str(path)] = measures.summary()

    def _note(self, document: Document, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self._findings.add(
                fault.rule,
                fault.message,
                file=document.file,
                line=document.line,
                column=partial(_column, document, fault),
                hint=fault.hint,
            )

    def _note_all(self, file: str, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self._findings.add(fault.rule, fault.message, file=file)


class _Measures:
    def __init__(self) -> None:
        self.tokens = array("L")
        self.lines = array("L")
        self._messages = self._turns = 0

    def add(self, example: Example, tokens: int) -> None:
        self.tokens.append(tokens)
        self.lines.append(example.document.line)
        self._messages += len(example.messages)
        self._turns += sum(message.role == "assistant" for message in example.messages)

    def summary(self) -> Statistics:
        return summarise(self.tokens, self._messages, self._turns)


def _batches(documents: Iterable[Document]) -> Iterator[list[Example]]:
    batch: list[Example] = []
    characters = 0
    for document in documents:
        batch.append(Example(document))
        characters += len(document.text)
        if len(batch) >= BATCH_EXAMPLES or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _column(document: Document, fault: Fault) -> int:
    return 0 if fault.path is None else document.column(fault.path, at_key=fault.at_key)


def _prompts(value: object) -> Iterator[str]:
    """The questions of a smoke prompt: a field of that name, or the users' messages."""
    prompt = value.get("prompt") if isinstance(value, dict) else None
    if isinstance(prompt, str):
        yield prompt
        return
    for message in Example(Document("", 0, 0, "", value)).messages:
        if message.role == "user":
            yield message.text
