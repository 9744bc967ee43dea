"""One pass over a product's data files: every finding, and the files in numbers."""

import os
import signal
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tuneops.dataset import cache as line_cache
from tuneops.dataset import ruling
from tuneops.dataset.cache import Cache
from tuneops.dataset.examples import Document, Example, Format
from tuneops.dataset.exceptions import EXPIRED, NO_EXCEPTIONS, UNUSED, unused
from tuneops.dataset.exceptions import load as load_exceptions
from tuneops.dataset.files import File, Reading
from tuneops.dataset.findings import (
    RULES,
    SHOWN_PER_RULE,
    Fault,
    Finding,
    Findings,
    Ruling,
    Severity,
)
from tuneops.dataset.near import similar_pairs
from tuneops.dataset.parts import Part, Range, Settings, read_part
from tuneops.dataset.rows import Rows
from tuneops.dataset.rowtable import COMPARABLE
from tuneops.dataset.rules import corpus, duplicates, leakage, limits
from tuneops.dataset.rules.policy import FREE, Policy
from tuneops.dataset.tokens import Statistics, summarise, tokenizer
from tuneops.limits import MAX_EXAMPLE_TOKENS

if TYPE_CHECKING:
    from tuneops.config import Config
    from tuneops.dataset.estimate import Estimate

MANY_BYTES = 8 * 10**6  # from here on a second process is worth its start
_CORPUS_FAMILIES = {"11", "19", "20"}  # with rules that look at whole files
_REPEATS = (*duplicates.REPEATS, *leakage.LEAKS)
_TOKEN_FAMILY, _REPEAT_FAMILIES, _SHAPE_FAMILIES = "6", {"7", "8"}, {"1", "2", "3", "4", "5"}


@dataclass(frozen=True)
class Options:
    """How a check is run. `jobs` of zero means as many processes as the files deserve."""

    epochs: int | None = None
    max_example_tokens: int = MAX_EXAMPLE_TOKENS
    shown_per_rule: int = SHOWN_PER_RULE
    select: tuple[str, ...] = ()
    format: Format | None = None
    jobs: int = 0
    cache: Path | None = None
    policy: Policy = FREE
    severities: tuple[tuple[str, Severity | None], ...] = ()
    exceptions: Path | None = None

    @property
    def ruling(self) -> Ruling:
        return Ruling(self.select, self.severities)

    @property
    def settings(self) -> Settings:
        families = {code[1:-2] for code, rule in RULES.items() if self.ruling.admits(rule)}
        return Settings(
            self.shown_per_rule,
            self.ruling,
            self.max_example_tokens,
            counts=bool(families & {_TOKEN_FAMILY, *_REPEAT_FAMILIES}),
            compares=bool(families & {*_REPEAT_FAMILIES, *_CORPUS_FAMILIES}),
            scans=bool(families - {_TOKEN_FAMILY, *_REPEAT_FAMILIES, *_SHAPE_FAMILIES}),
            policy=self.policy,
            exceptions=load_exceptions(self.exceptions) if self.exceptions else NO_EXCEPTIONS,
        )


@dataclass(frozen=True)
class Report:
    """`counts` are of all findings, `hidden` of those that are counted and not listed.

    `accepted` are those that exceptions accept, with the reason in place of a hint.
    `estimate` is there when somebody asked what training costs, `review` when a model was asked.
    """

    findings: tuple[Finding, ...]
    statistics: dict[str, Statistics]
    counts: dict[Severity, int]
    hidden: dict[str, int] = field(default_factory=dict)
    estimate: "Estimate | None" = None
    review: dict[str, Any] | None = None
    accepted: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.counts[Severity.ERROR]

    def as_dict(self) -> dict[str, Any]:
        return {
            "findings": [finding.as_dict() for finding in self.findings],
            "accepted": [finding.as_dict() for finding in self.accepted],
            "summary": {
                "passed": self.passed,
                **{f"{severity}s": number for severity, number in self.counts.items()},
                "not_listed": self.hidden,
                "files": {name: asdict(numbers) for name, numbers in self.statistics.items()},
                **({"estimate": self.estimate.as_dict()} if self.estimate else {}),
                **({"review": self.review} if self.review else {}),
            },
        }


def check(
    training: Path | Iterable[Path],
    validation: Path | None = None,
    smoke_prompts: Path | None = None,
    **options: Any,  # noqa: ANN401 - the fields of Options
) -> Report:
    """Check training files, each on its own, and the other files against all of them.

    The options are the fields of Options.

    Raises:
        ConfigError: A path is no regular file inside the tree.
    """
    paths = [training] if isinstance(training, Path) else list(dict.fromkeys(training))
    chosen = Options(**options)
    scan = _Scan(chosen)
    with _workers(chosen, [*paths, *([validation] if validation else [])]) as read_parts:
        scan.read(paths, validation, read_parts)
    scan.compare()
    scan.remember()
    if smoke_prompts is not None:
        scan.smoke_prompts(smoke_prompts)
    return scan.report()


def read_file(path: Path, options: Options) -> File:
    """A file's examples in numbers, without a look at what is wrong.

    Raises:
        ConfigError: As check.
    """
    settings = replace(options.settings, scans=False, counts=True, compares=True)
    reading = Reading(path, Findings(), settings, options.format)
    return reading.examples(partial(_read_here, settings, Cache()))


def check_product(config: "Config", **options: Any) -> Report:  # noqa: ANN401 - as check
    """Check the files that a product's configuration names, as its `rules` want it.

    Raises:
        ConfigError: As check; or the rules name one that does not exist.
    """
    data, epochs = config.data, config.fine_tuning.hyperparameters.n_epochs
    defaults = {"epochs": epochs if isinstance(epochs, int) else None, **ruling.options(config)}
    return check(data.training, data.validation, data.smoke_prompts, **(defaults | options))


class _Scan:
    def __init__(self, options: Options) -> None:
        self._options = options
        self._settings = options.settings
        self._findings = Findings(options.shown_per_rule, options.ruling)
        self._version = b""
        self.cache = Cache()
        if options.cache is not None:
            self._version = line_cache.version_of(self._settings, options.format)
            self.cache = line_cache.load(options.cache, self._version)
        self._training: list[File] = []
        self._validation: File | None = None
        self._statistics: dict[str, Statistics] = {}

    def read(
        self, training: Iterable[Path], validation: Path | None, read_parts: "_ReadParts"
    ) -> None:
        for path in training:
            self._training.append(file := self._read(path, read_parts))
            numbers = self._statistics[str(path)]
            self._note_all(file, limits.examine_size(numbers.examples))
            epochs = self._options.epochs or 1
            self._note_all(file, limits.examine_billing(numbers.tokens, epochs))
        if validation is not None:
            self._validation = self._read(validation, read_parts)

    def _read(self, path: Path, read_parts: "_ReadParts") -> File:
        reading = Reading(path, self._findings, self._settings, self._options.format)
        file = reading.examples(partial(read_parts, self._settings, self.cache))
        table = file.table
        self._statistics[str(path)] = summarise(
            table["tokens"], int(table["messages"].sum()), int(table["turns"].sum())
        )
        if self._settings.counts:
            self._note_rows(file, limits.outliers(table["tokens"]))
        if self._settings.scans and self._settings.compares:
            self._note_rows(file, corpus.examine(table, file.read))
        return file

    def compare(self) -> None:
        """Look for what files repeat of themselves and of one another."""
        if not self._settings.compares:
            return
        files = [*self._training, *([self._validation] if self._validation else [])]
        unlike = [np.ones(len(file.table), np.bool_) for file in files]
        for file, kept in zip(files, unlike, strict=True):
            self._note_rows(file, duplicates.examine(file.table, file.read), kept)
        if self._validation and self._training:
            known = np.concatenate([file.table for file in self._training])
            leaks = leakage.examine(self._validation.table, known)
            self._note_rows(self._validation, leaks, unlike[-1])
            if self._settings.scans:
                self._note_all(self._validation, corpus.compare(known, self._validation.table))
        self._near_duplicates(files, unlike)

    def _near_duplicates(self, files: list[File], unlike: list[NDArray[np.bool_]]) -> None:
        """What differs by a few words; lines that repeat others outright were noted before."""
        corpus = _Corpus(files)
        eligible = np.concatenate(
            [
                kept & (file.table["flags"] & COMPARABLE != 0) & (file.table["length"] > 0)
                for file, kept in zip(files, unlike, strict=True)
            ]
        )
        signatures = np.concatenate([file.table["signature"] for file in files])
        for pair in similar_pairs(signatures, np.flatnonzero(eligible), corpus.read):
            (one, row), (other, later) = corpus.place(pair.earlier), corpus.place(pair.later)
            line = one.table["line"][row]
            if one is other:
                broken, place = duplicates.NEAR, f"line {line}"
            elif other is self._validation:
                broken, place = leakage.LEAK_NEAR, f"line {line} of {one.path}"
            else:
                continue
            text = f"{pair.similarity:.0%} the same as {place}."
            self._note_rows(other, [(later, Fault(broken, text))])

    def smoke_prompts(self, path: Path) -> None:
        reading = Reading(path, self._findings, self._settings)
        for document in reading.documents():
            for prompt in _prompts(document.value):
                for file in self._training:
                    faults = leakage.examine_prompt(prompt, file.table, file.read)
                    self._note_all(reading.file, faults, document.line)

    def remember(self) -> None:
        """Keep the clean lines for the next run."""
        if self._options.cache is not None:
            files = [*self._training, *([self._validation] if self._validation else [])]
            tables = [file.table for file in files]
            line_cache.save(self._options.cache, self._version, self.cache, tables)

    def _files(self) -> list[Path]:
        """Those that were read as examples."""
        files = [*self._training, *([self._validation] if self._validation else [])]
        return [file.path for file in files if len(file.table)]

    def report(self) -> Report:
        found = self._findings
        for text in self._settings.exceptions.expired:
            found.add(EXPIRED, text, file=str(self._options.exceptions))
        for text in unused(self._settings.exceptions, self._files()):
            found.add(UNUSED, text, file=str(self._options.exceptions))
        return Report(
            found.ordered(),
            self._statistics,
            found.counts(),
            found.hidden(),
            accepted=found.accepted(),
        )

    def _note_rows(
        self,
        file: File,
        faults: Iterable[tuple[int, Fault]],
        unlike: NDArray[np.bool_] | None = None,
    ) -> None:
        for position, fault in faults:
            self._note_all(file, [fault], int(file.table["line"][position]))
            if unlike is not None and fault.rule in _REPEATS:
                unlike[position] = False

    def _note_all(self, file: File, faults: Iterable[Fault], line: int = 0) -> None:
        for fault in faults:
            self._findings.add(
                fault.rule,
                fault.message,
                file=str(file.path),
                line=line,
                column=partial(_column, file, line, fault),
                hint=fault.hint,
                accepted=self._accepted(file, line, fault),
            )

    def _accepted(self, file: File, line: int, fault: Fault) -> str | None:
        """Why the finding is accepted; None where it is not."""
        exceptions = self._settings.exceptions
        if not exceptions.accepted or not line or line not in file.table["line"]:
            return None
        return exceptions.reason(_document(file, line).text, fault.rule)


class _Corpus:
    """The rows of several files under one numbering."""

    def __init__(self, files: list[File]) -> None:
        self._files = files
        self._starts = list(accumulate((len(file.table) for file in files), initial=0))

    def place(self, position: int) -> tuple[File, int]:
        at = bisect_right(self._starts, position) - 1
        return self._files[at], position - self._starts[at]

    def read(self, positions: NDArray[np.int64]) -> Rows:
        rows = Rows("", self._files[0].format)
        for file, start, end in zip(self._files, self._starts, self._starts[1:], strict=False):
            here = positions[(start <= positions) & (positions < end)] - start
            rows = file.read(here, rows)
        return rows


def _column(file: File, line: int, fault: Fault) -> int:
    if fault.path is None or not line:
        return 0
    return _document(file, line).column(fault.path, at_key=fault.at_key)


def _document(file: File, line: int) -> Document:
    position = int(np.searchsorted(file.table["line"], line))
    return file.read(np.array([position])).example(0).document


_ReadParts = Callable[[Settings, Cache, Iterable[Range]], Iterator[Part]]


def _read_here(settings: Settings, cache: Cache, ranges: Iterable[Range]) -> Iterator[Part]:
    for where in ranges:
        yield read_part(where, settings, cache)


@contextmanager
def _workers(options: Options, paths: Iterable[Path]) -> Iterator[_ReadParts]:
    """Reads ranges here, or in processes that live as long as the context."""
    jobs = options.jobs or (_cores() if _bytes(paths) > MANY_BYTES else 1)
    if jobs == 1:
        yield _read_here
        return
    pools: list[Any] = []

    def read_parts(settings: Settings, cache: Cache, ranges: Iterable[Range]) -> Iterator[Part]:
        if not pools:
            pools.append(_pool(jobs, settings, cache))
        parts: Iterator[Part] = pools[0].imap(_work, ranges)
        return parts

    try:
        yield read_parts
    finally:
        for pool in pools:
            pool.terminate()
            pool.join()


def _pool(jobs: int, settings: Settings, cache: Cache) -> Any:  # noqa: ANN401 - no public type
    import multiprocessing

    if "fork" in multiprocessing.get_all_start_methods():
        if settings.counts:
            tokenizer()  # shared by the processes
        return multiprocessing.get_context("fork").Pool(jobs, _start, (settings, cache))
    return multiprocessing.get_context("spawn").Pool(jobs, _start, (settings, cache))


_given: list[tuple[Settings, Cache]] = []  # to this process, when it started as a worker


def _start(settings: Settings, cache: Cache) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _given.append((settings, cache))


def _work(where: Range) -> Part:
    return read_part(where, *_given[-1])


def _cores() -> int:
    return min(2, os.cpu_count() or 1)


def _bytes(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())


def _prompts(value: object) -> Iterator[str]:
    """The questions of a smoke prompt: a field of that name, or the users' messages."""
    prompt = value.get("prompt") if isinstance(value, dict) else None
    if isinstance(prompt, str):
        yield prompt
        return
    for message in Example(Document("", 0, 0, "", value)).messages:
        if message.role == "user":
            yield message.text
