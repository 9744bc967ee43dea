"""The one way in: files and options go in, a report comes out."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tunelint.engine.notes import Notes
from tunelint.engine.pool import range_reader
from tunelint.engine.whole_file import File, ReadRanges, read_documents, read_file
from tunelint.engine.worker import Settings
from tunelint.example import Example, Format
from tunelint.exceptions import NO_EXCEPTIONS, Exceptions, load, unused
from tunelint.findings import Place, Report, RuleSelection, Statistics
from tunelint.limits import MAX_EXAMPLE_TOKENS
from tunelint.profiles import DEFAULT_PROFILE, PROFILES
from tunelint.rule import FILE_CHECKS, RULES, Severity, Violation
from tunelint.rules import duplicates, limits
from tunelint.rules.accepted import EXPIRED, UNUSED
from tunelint.rules.answer_checks import AnswerCheck
from tunelint.rules.consistency import compare_sizes
from tunelint.rules.leakage import LEAK_NEAR, LEAK_SMOKE, leaks, trained_prompt
from tunelint.rules.near_duplicates import NEAR, near_pairs
from tunelint.rules.near_duplicates import message as near_message
from tunelint.source import identity_of, open_regular
from tunelint.tokens import summarise


@dataclass(frozen=True)
class Options:
    """How a check is run.

    Attributes:
        validation: Files that nothing is trained on.
        smoke_prompts: Files of questions that the training files must not hold.
        format: That of all files; None detects each file's.
        profile: The service that trains, a name in PROFILES.
        select: Selectors (Rule.matches) of the rules that report; empty means all but opt-in ones.
        extend_select: Selectors of rules that report beside those.
        severities: Pairs of a rule's code and a severity; None switches it off.
        answer_checks: The product's own checks of answers.
        max_example_tokens: Of one example.
        epochs: How often the training files are billed.
        exceptions: The file of accepted findings.
        jobs: Processes; zero means as many as the files deserve.
        together: Whether the training files are one set: its size is judged, and rows are told
            that an earlier file has too.
    """

    validation: tuple[Path, ...] = ()
    smoke_prompts: tuple[Path, ...] = ()
    format: Format | None = None
    profile: str = DEFAULT_PROFILE
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    severities: tuple[tuple[str, Severity | None], ...] = ()
    answer_checks: tuple[AnswerCheck, ...] = ()
    max_example_tokens: int = MAX_EXAMPLE_TOKENS
    epochs: int = 1
    exceptions: Path | None = None
    jobs: int = 0
    together: bool = False

    @property
    def reporting(self) -> dict[str, Severity]:
        """The severity of each rule that reports, by its code."""
        given = PROFILES[self.profile] | dict(self.severities)
        selection = RuleSelection(self.select, self.extend_select, tuple(given.items()))
        found = {code: selection.severity_of(rule) for code, rule in RULES.items()}
        return {code: severity for code, severity in found.items() if severity is not None}


def check(paths: Iterable[Path], options: Options | None = None) -> Report:
    """Check training files, each on its own, and the options' other files against all of them.

    Raises:
        InputError: A path is no regular file inside the tree, or changed meanwhile.
        UsageError: The exceptions file is wrong.
    """
    options = options or Options()
    accepted = load(options.exceptions) if options.exceptions else NO_EXCEPTIONS
    settings = Settings(
        options.reporting, options.max_example_tokens, options.answer_checks, accepted
    )
    training = list(dict.fromkeys(paths))
    with ExitStack() as stack:
        run = _Run(options, settings, stack)
        files = [*training, *options.validation]
        with range_reader(settings, files, options.jobs) as read_ranges:
            run.read(training, read_ranges)
        run.compare()
    return run.report()


@dataclass
class _Run:
    options: Options
    settings: Settings
    stack: ExitStack
    training: list[File] = field(default_factory=list)
    validation: list[File] = field(default_factory=list)
    notes: dict[str, Notes] = field(default_factory=dict)
    statistics: dict[str, Statistics] = field(default_factory=dict)

    def read(self, training: Sequence[Path], read_ranges: ReadRanges) -> None:
        for path in training:
            self.training.append(file := self._read(path, read_ranges))
            self._look_for_outliers(file)
            if not self.options.together:
                self._look_at_size([file])
        if self.options.together:
            self._look_at_size(self.training)
        for path in self.options.validation:
            self.validation.append(self._read(path, read_ranges))

    def compare(self) -> None:
        """Look at files as wholes, and at what they have of one another."""
        files = [*self.training, *self.validation]
        for file in files:
            for check in FILE_CHECKS:
                for found in check(file):
                    violation = Violation(found.rule, found.message)
                    self._note(file, found.row, violation, _related(file, found.related))
        if self.options.together:
            self._look_for_repeats()
        trained = sum(len(file.rows) for file in self.training)
        for file in self.validation:
            for violation in compare_sizes(len(file.rows), trained):
                self._notes(file.path).add(violation.rule, violation.message)
            self._look_for_leaks(file)
        self._look_for_near_duplicates(files)
        for path in self.options.smoke_prompts:
            self._look_at_smoke_prompts(path)

    def _look_for_repeats(self) -> None:
        for later, earlier in duplicates.across(self.training):
            source = _place(self.training[earlier[0]], earlier[1])
            text = f"The same conversation as line {source.line} of {source.file}."
            violation = Violation(duplicates.EXACT, text)
            self._note(self.training[later[0]], later[1], violation, (source,))

    def _look_for_leaks(self, file: File) -> None:
        for leak in leaks(file, self.training):
            trained = self.training[leak.file]
            place, source = _place(file, leak.row), _place(trained, leak.trained_row)
            text = f"{leak.what} is also on line {source.line} of {source.file}."
            self._note(file, leak.row, Violation(leak.rule, text), (source,))
            text = f"{leak.what} is also on line {place.line} of {place.file}."
            self._note(trained, leak.trained_row, Violation(leak.rule, text), (place,))

    def _look_for_near_duplicates(self, files: list[File]) -> None:
        if {NEAR.code, LEAK_NEAR.code}.isdisjoint(self.settings.severities):
            return
        for pair in near_pairs(files):
            (number, row), (before, earlier) = pair.later, pair.earlier
            file, other = files[number], files[before]
            if file is not other and (other not in self.training or file in self.training):
                continue
            broken = NEAR if file is other else LEAK_NEAR
            source = _place(other, earlier)
            where = f"line {source.line}" + ("" if file is other else f" of {source.file}")
            self._note(file, row, Violation(broken, near_message(pair, where)), (source,))

    def _look_at_smoke_prompts(self, path: Path) -> None:
        notes = self._notes(path)
        for example in read_documents(path, notes):
            for prompt in _prompts(example.value):
                for file in self.training:
                    if (row := trained_prompt(prompt, file)) is not None:
                        source = _place(file, row)
                        text = f"The prompt is a question on line {source.line} of {source.file}."
                        notes.violation(example, Violation(LEAK_SMOKE, text), (source,))

    def _note(
        self, file: File, row: int, violation: Violation, related: tuple[Place, ...] = ()
    ) -> None:
        self._notes(file.path).violation(file.row(row), violation, related)

    def report(self) -> Report:
        self._look_at_exceptions(self.settings.exceptions)
        findings = [one for notes in self.notes.values() for one in notes.findings.listed]
        counts = {
            key: number
            for notes in self.notes.values()
            for key, number in notes.findings.counts.items()
        }
        accepted = [one for notes in self.notes.values() for one in notes.findings.accepted]
        return Report(tuple(sorted(findings)), self.statistics, counts, tuple(sorted(accepted)))

    def _notes(self, path: Path) -> Notes:
        known = self.settings
        return self.notes.setdefault(
            str(path), Notes(str(path), known.severities, known.exceptions)
        )

    def _read(self, path: Path, read_ranges: ReadRanges) -> File:
        stream = self.stack.enter_context(open_regular(path))
        file = File(path, stream, identity_of(stream))
        read_file(file, self.options.format, self._notes(path), read_ranges)
        self.statistics[str(path)] = summarise(file.rows)
        return file

    def _look_for_outliers(self, file: File) -> None:
        for row, violation in limits.outliers([facts.tokens for facts in file.rows]):
            self._note(file, row, violation)

    def _look_at_size(self, files: Sequence[File]) -> None:
        """Of one set of training rows; what is wrong is said of its first file."""
        numbers = [self.statistics[str(file.path)] for file in files]
        for violation in (
            *limits.examine_size(sum(one.examples for one in numbers)),
            *limits.examine_billing(sum(one.tokens for one in numbers), self.options.epochs),
        ):
            self._notes(files[0].path).add(violation.rule, violation.message)

    def _look_at_exceptions(self, accepted: Exceptions) -> None:
        if self.options.exceptions is None:
            return
        notes = self._notes(self.options.exceptions)
        for text in accepted.expired:
            notes.add(EXPIRED, text)
        for text in unused(accepted, _paths(self.training, self.validation)):
            notes.add(UNUSED, text)


def _place(file: File, row: int) -> Place:
    return Place(str(file.path), file.rows[row].line)


def _related(file: File, row: int | None) -> tuple[Place, ...]:
    return () if row is None else (_place(file, row),)


def _prompts(value: object) -> Iterator[str]:
    """The questions of a smoke prompt: a field of that name, or the users' messages."""
    prompt = value.get("prompt") if isinstance(value, dict) else None
    if isinstance(prompt, str):
        yield prompt
        return
    yield from (one.text for one in Example(value).messages if one.role == "user")


def _paths(*files: Iterable[File]) -> Iterator[Path]:
    for some in files:
        yield from (file.path for file in some if file.rows)
