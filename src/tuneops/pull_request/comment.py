"""The comment on a pull request, made by trusted code from JSON that a stranger may have made."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tuneops.escaping import cell
from tuneops.products import Kind
from tuneops.proposal import HOW_TO_SPLIT, Difference, Plan, refusal

NOTHING = "Nothing that a product is trained or tested with changes."
SHOWN_FINDINGS = 20
SHOWN_PRODUCTS = 20
UNREADABLE = "The record of this run cannot be read; see the run's log."

_Text = Annotated[str, Field(max_length=20_000)]
_Count = Annotated[int, Field(ge=0, le=10**12)]


class _Record(BaseModel):
    """What the other run wrote, as far as it is shown; the rest of it is not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Examined(_Record):
    products: Annotated[list[_Text], Field(max_length=10_000)] = []
    mixed: list[Literal["prompts", "configuration", "workflows", "code"]] = []
    irregular: Annotated[list[_Text], Field(max_length=10_000)] = []

    def lines(self) -> Iterator[str]:
        if not (self.products or self.mixed or self.irregular):
            yield NOTHING
        if self.mixed:
            yield f"❌ {refusal([Kind(kind) for kind in self.mixed])} {HOW_TO_SPLIT}\n"
        if self.irregular:
            yield f"❌ Not a regular file: {cell(', '.join(self.irregular[:SHOWN_FINDINGS]))}\n"


class Finding(_Record):
    file: _Text
    line: _Count | None = None
    code: Annotated[str, Field(pattern=r"^[A-Z]\d{3,4}$")]
    severity: Literal["error", "warning", "info"]
    message: _Text
    hint: _Text = ""

    def row(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        shown = (place, self.code, self.message[:300], self.hint[:300])
        return "| " + " | ".join(cell(text) for text in shown) + " |"


class FileNumbers(_Record):
    examples: _Count = 0
    tokens: _Count = 0


class Summary(_Record):
    passed: bool
    errors: _Count
    warnings: _Count
    files: dict[_Text, FileNumbers] = {}


class Checked(_Record):
    findings: list[Finding]
    summary: Summary

    def lines(self) -> Iterator[str]:
        verdict = "✅ The data passes" if self.summary.passed else "❌ The data does not pass"
        yield f"{verdict}: {self.summary.errors} errors, {self.summary.warnings} warnings.\n"
        if self.findings:
            yield "| place | rule | finding | what to do |\n|---|---|---|---|"
            yield from (finding.row() for finding in self.findings[:SHOWN_FINDINGS])
            yield ""
        for name, numbers in list(self.summary.files.items())[:SHOWN_FINDINGS]:
            yield f"- {cell(name)}: {numbers.examples:,} examples, {numbers.tokens:,} tokens"
        yield ""


class Planned(_Record):
    difference: Difference | None = None
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    trained_at: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")] | None


def comment(examination: bytes, checks: Mapping[str, bytes], plans: Mapping[str, bytes]) -> str:
    """Markdown in which nothing of the records acts; checks and plans are by product."""
    parts = ["## Data check\n", *_examined(examination)]
    for product, check in sorted(checks.items())[:SHOWN_PRODUCTS]:
        parts += [f"### {cell(product)}\n", *_validated(check, plans.get(product, b""))]
    return "\n".join(parts)


def _examined(record: bytes) -> Iterator[str]:
    try:
        yield from Examined.model_validate_json(record).lines()
    except ValidationError:
        yield UNREADABLE


def _validated(check: bytes, plan: bytes) -> Iterator[str]:
    try:
        checked, planned = Checked.model_validate_json(check), Planned.model_validate_json(plan)
    except ValidationError:
        yield UNREADABLE
        return
    yield from checked.lines()
    yield f"{Plan('', planned.key, planned.trained_at, planned.difference).markdown()}\n"
