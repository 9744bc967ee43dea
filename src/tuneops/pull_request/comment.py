"""The comment on a pull request, made by trusted code from JSON that a stranger may have made."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tuneops.escaping import cell
from tuneops.fitting import shortened
from tuneops.github import MAX_BODY_CHARACTERS
from tuneops.products import PRODUCT_NAME, Kind
from tuneops.pull_request.merge_plan import DataDifference, MergePlan, Size
from tuneops.pull_request.proposal import (
    HOW_TO_SPLIT,
    IRREGULAR,
    MAX_PRODUCTS,
    MISSING,
    ORPHANED,
    REMEDIES,
    UNKNOWN,
    refusal,
)

NOTHING = "Nothing that a product is trained or tested with changes."
UNREADABLE = "❔ UNREADABLE: the record of this run cannot be read; see the run's log."
OWN_WORKFLOWS = (
    "⚠️ This pull request changes workflows. What follows was written by its own version of them: "
    "believe it no more than its author."
)
SHOWN_ROWS = 20
SHOWN_PRODUCTS = 20
_LONGEST_CELL = 300
_LONGEST_PATH = 60  # of many in one line
_LONGEST = MAX_BODY_CHARACTERS - 1000  # the rest is for the mark and the run's address

_Text = Annotated[str, Field(max_length=20_000)]
_Count = Annotated[int, Field(ge=0, le=10**12)]
_Paths = Annotated[list[_Text], Field(max_length=10_000)]
_Name = Annotated[str, Field(pattern=PRODUCT_NAME.pattern)]
_Model = TypeVar("_Model", bound=BaseModel)


class _Record(BaseModel):
    """What the other run wrote, as far as it is shown; the rest of it is not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Examined(_Record):
    products: Annotated[list[_Name], Field(max_length=MAX_PRODUCTS)] = []
    mixed: list[Literal["prompts", "configuration", "workflows", "code"]] = []
    irregular: _Paths = []
    unknown: _Paths = []
    orphaned: _Paths = []
    missing: _Paths = []
    too_large: _Text = ""
    error: _Text = ""

    def lines(self) -> Iterator[str]:
        if self.mixed:
            yield f"❌ {refusal([Kind(kind) for kind in self.mixed])} {HOW_TO_SPLIT}\n"
        for title, paths in (
            (IRREGULAR, self.irregular),
            (UNKNOWN, self.unknown),
            (ORPHANED, self.orphaned),
            (MISSING, self.missing),
        ):
            if paths:
                yield f"❌ {title}: {_listed(paths)}. {cell(REMEDIES[title])}\n"
        for reason in filter(None, (self.too_large, self.error)):
            yield f"❌ {_short(reason)}\n"


class FindingRecord(_Record):
    file: _Text
    line: _Count | None = None
    code: Annotated[str, Field(pattern=r"^[A-Z]\d{3,4}$")]
    severity: Literal["error", "warning", "info"]
    message: _Text
    hint: _Text = ""

    @property
    def weight(self) -> int:
        return ("error", "warning", "info").index(self.severity)

    def row(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return "| " + " | ".join(map(_short, (place, self.code, self.message, self.hint))) + " |"


class FileNumbers(_Record):
    examples: _Count = 0
    tokens: _Count = 0


class Summary(_Record):
    passed: bool
    errors: _Count
    warnings: _Count
    infos: _Count = 0
    files: dict[_Text, FileNumbers] = {}


class Checked(_Record):
    findings: list[FindingRecord]
    accepted: list[FindingRecord] = []
    summary: Summary

    def to_mend(self) -> str:
        """In rows, where each error that was counted is listed with its line."""
        errors = [one for one in self.findings if one.severity == "error"]
        number, what = self.summary.errors, "error"
        if len(errors) == number and all(one.line for one in errors):
            number, what = len({(one.file, one.line) for one in errors}), "row"
        return f"{number:,} {what}{'s' * (number != 1)} to mend before this can merge"

    def lines(self, rows: int) -> Iterator[str]:
        found = self.summary
        verdict = "✅ The data passes" if found.passed else "❌ The data does not pass"
        yield f"{verdict}: {found.errors:,} errors, {found.warnings:,} warnings.\n"
        listed = sorted(self.findings, key=lambda one: one.weight)
        yield from _table("finding", listed, rows, found.errors + found.warnings + found.infos)
        if self.accepted:
            yield f"{len(self.accepted):,} findings are accepted by exceptions:\n"
            yield from _table("accepted", self.accepted, rows, len(self.accepted))
        for name, numbers in islice(found.files.items(), rows):
            yield f"- {_short(name)}: {numbers.examples:,} examples, {numbers.tokens:,} tokens"
        yield from _left(len(found.files) - rows, "files")
        yield ""


class Rows(_Record):
    examples: _Count
    tokens: _Count
    training_cost: Annotated[float, Field(ge=0, le=10**12)] | None = None

    def size(self) -> Size:
        return Size(self.examples, self.tokens, self.training_cost)


class ChangeRecord(_Record):
    base: Rows
    head: Rows
    added: _Count
    removed: _Count
    changed: _Count

    def difference(self) -> DataDifference:
        before, after = self.base.size(), self.head.size()
        return DataDifference(before, after, self.added, self.removed, self.changed)

    def sentence(self) -> str:
        number = self.added + self.removed + self.changed
        rows = f"{number:,} row changes" if number == 1 else f"{number:,} rows change"
        before, after = self.base.training_cost, self.head.training_cost
        if after is None:
            return rows
        more = "" if before is None else f" ({after - before:+,.2f})"
        return f"{rows}, training costs {after:,.2f} USD{more}"


class Planned(_Record):
    difference: ChangeRecord | None = None
    split: Annotated[str, Field(max_length=_LONGEST_CELL)] = ""
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    trained_at: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")] | None

    def readiness(self) -> str:
        if self.trained_at:
            return "Ready, and free: this content is already trained"
        change = self.difference
        return f"Ready: {change.sentence() if change else 'merging trains a new model'}"

    def line(self) -> str:
        change = self.difference.difference() if self.difference else None
        return f"{MergePlan('', self.key, self.trained_at, change, self.split).markdown()}\n"


def shown_products(examination: bytes) -> list[str]:
    """The products of an examination's record that the comment has space for."""
    examined = _read(Examined, examination)
    return sorted(set(examined.products))[:SHOWN_PRODUCTS] if examined else []


def comment(
    examination: bytes,
    records: Mapping[str, tuple[bytes, bytes]],
    *,
    commit: str = "",
    own_workflows: bool = False,
) -> str:
    """Markdown in which nothing of the records acts; each product has its check and its plan.

    A product whose record is missing or broken is said to be UNREADABLE, whatever became of the
    others. With ``own_workflows`` the records were made by what the pull request itself changes.
    """
    examined = _read(Examined, examination)
    products = set(examined.products) if examined else set()
    refused = [f"{UNREADABLE}\n"] if examined is None else list(examined.lines())
    shown = shown_products(examination)
    lines = [f"{OWN_WORKFLOWS}\n"] if own_workflows else []
    lines += [] if refused else _decisions(shown, records)
    lines += [f"## Data check{f' of {commit[:12]}' if commit else ''}\n", *refused]
    if examined == Examined():
        lines.append(NOTHING)
    left = (_LONGEST - len("\n".join(lines))) // (len(shown) or 1)
    lines += [_section(one, *records.get(one, (b"", b"")), left) for one in shown]
    return "\n".join([*lines, *_left(len(products) - len(shown), "products")])


def _decisions(
    products: Sequence[str], records: Mapping[str, tuple[bytes, bytes]]
) -> Iterator[str]:
    """A line for each product; its name is said where there are several."""
    for product in products:
        name = f"{product}: " if len(products) > 1 else ""
        yield f"{name}{_decision(*records.get(product, (b'', b'')))}\n"


def _decision(check: bytes, plan: bytes) -> str:
    checked, planned = _read(Checked, check), _read(Planned, plan)
    if checked and not checked.summary.passed:
        return checked.to_mend()
    return planned.readiness() if checked and planned else "Not decided: a record cannot be read"


def _section(product: str, check: bytes, plan: bytes, longest: int) -> str:
    """What is said of one product, with as many rows as there is space for."""
    checked, planned = _read(Checked, check), _read(Planned, plan)
    if checked is None:
        return f"### {product}\n\n{UNREADABLE}\n"
    end = f"{UNREADABLE}\n" if planned is None else planned.line()
    for rows in (SHOWN_ROWS, SHOWN_ROWS // 2, SHOWN_ROWS // 5, 1):
        section = "\n".join([f"### {product}\n", *checked.lines(rows), end])
        if len(section) < longest:
            return section
    return "\n".join([f"### {product}\n", *checked.lines(0), end])


def _read(model: type[_Model], record: bytes) -> _Model | None:
    try:
        return model.model_validate_json(record)
    except ValidationError:
        return None


def _table(title: str, findings: Sequence[FindingRecord], rows: int, total: int) -> Iterator[str]:
    if findings and rows:
        yield f"| place | rule | {title} | what to do |\n|---|---|---|---|"
        yield from (finding.row() for finding in findings[:rows])
        yield ""
    yield from _left(total - min(rows, len(findings)), "findings")


def _left(number: int, what: str) -> list[str]:
    told = f"… and {number:,} more {what}, which the run's log and its check.json list.\n"
    return [told] if number > 0 else []


def _listed(paths: Sequence[str]) -> str:
    more = [f"and {len(paths) - SHOWN_ROWS:,} more"] if len(paths) > SHOWN_ROWS else []
    return ", ".join([*(_short(path, _LONGEST_PATH) for path in paths[:SHOWN_ROWS]), *more])


def _short(text: str, longest: int = _LONGEST_CELL) -> str:
    return cell(shortened(text, longest))
