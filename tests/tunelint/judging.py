"""Verdicts on what the rules report about public files: are the findings right?

judgements.json says of each rule on how many rows of ../shared/corpora it fires, and how a sample
of them was judged by reading: the first SAMPLE of these rows in the order of a digest. A row is
known by a digest, and so is a file where a finding is about all of it; no text is kept.

true      the owner of the file would mend it, or the service would refuse it
arguable  what the rule describes is there, but made up, public or intended
false     anything else
mended    rows on which the rule fired and should not; it must not fire there again

    python tests/tunelint/judging.py show W701 W707     the sample's rows that have no verdict yet
    python tests/tunelint/judging.py judge W701 true 5d02be7f2c66108e d0a84dac29700044
    python tests/tunelint/judging.py measure            count again, after a change of the rules
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from tunelint.check import Options, check
from tunelint.rule import RULES, Rule, Severity

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"
JUDGEMENTS = Path(__file__).with_name("judgements.json")
SAMPLE = 20
VERDICTS = ("true", "arguable", "false", "mended")
_EXCERPT = 400  # characters around a finding


@dataclass(frozen=True, slots=True, order=True)
class Firing:
    """A rule that reports a row, or a file (line 0)."""

    order: str
    code: str
    digest: str
    file: str
    line: int
    column: int
    message: str
    related: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows on which a rule fires, by verdict; `fired` counts those without one too."""

    fired: int = 0
    true: tuple[str, ...] = ()
    arguable: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return len(self.true) + len(self.arguable) + len(self.false)

    def verdict_of(self, digest: str) -> str | None:
        return next((one for one in VERDICTS if digest in getattr(self, one)), None)


def load() -> dict[str, Judged]:
    kept = json.loads(JUDGEMENTS.read_text(encoding="utf-8"))["rules"]
    return {
        code: Judged(one["fired"], *(tuple(one.get(verdict, ())) for verdict in VERDICTS))
        for code, one in kept.items()
    }


def save(judged: dict[str, Judged], files: int, rows: int) -> None:
    rules = {
        code: {"fired": one.fired}
        | {verdict: sorted(found) for verdict in VERDICTS if (found := getattr(one, verdict))}
        for code, one in sorted(judged.items(), key=lambda pair: int(pair[0][1:]))
    }
    page = {"files": files, "rows": rows, "rules": rules}
    JUDGEMENTS.write_text(json.dumps(page, indent=1) + "\n", encoding="utf-8")


def refusal(rule: Rule, judged: Judged) -> str | None:
    """Why a rule that reports by default should not; None if it earns its place.

    An error is at least 98 % true. What is below is at least 90 % true or arguable, and a warning
    at least 60 % true. A rule that fires nowhere is as good as its own tests.
    """
    if rule.opt_in or not judged.number:
        return None
    true = len(judged.true) / judged.number
    defensible = true + len(judged.arguable) / judged.number
    if rule.severity is Severity.ERROR:
        return None if true >= 0.98 else f"{true:.0%} of its findings are true"
    if defensible < 0.9:
        return f"{defensible:.0%} of its findings are true or arguable"
    if rule.severity is Severity.WARNING and true < 0.6:
        return f"{true:.0%} of its findings are true"
    return None


def corpora() -> list[Path]:
    return sorted(CORPORA.glob("*.jsonl"))


def firings(files: Iterable[Path]) -> Iterator[Firing]:
    """What all rules, the opt-in ones included, report: once for each rule and row."""
    options = Options(extend_select=tuple(RULES))
    for path in files:
        data = path.read_bytes()
        lines = data.split(b"\n")
        seen = set()
        for one in check([path], options).findings:
            digest = _digest(lines[one.line - 1] if one.line else data)
            if (one.code, digest) in seen:
                continue
            seen.add((one.code, digest))
            order = _digest(f"{one.code} {digest}".encode())
            related = tuple(place.line for place in one.related)
            place = (path.name, one.line, one.column, one.message, related)
            yield Firing(order, one.code, digest, *place)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def by_rule(found: Iterable[Firing]) -> dict[str, list[Firing]]:
    """The firings of each rule, one a row, the sample first."""
    rows: dict[tuple[str, str], Firing] = {}
    for one in found:
        rows.setdefault((one.code, one.digest), one)
    grouped = defaultdict(list)
    for one in sorted(rows.values()):
        grouped[one.code].append(one)
    return grouped


def counted(judged: Judged, rows: list[Firing]) -> Judged:
    """The verdicts, held against the rows that the rule fires on now."""
    now = {one.digest for one in rows}
    still = {
        verdict: tuple(one for one in getattr(judged, verdict) if one in now)
        for verdict in ("true", "arguable")
    }
    wrong = {*judged.false, *judged.mended}
    return Judged(fired=len(rows), **still, false=tuple(wrong & now), mended=tuple(wrong - now))


@click.group()
def main() -> None:
    """Read findings about public files and keep verdicts on them."""


@main.command()
@click.argument("codes", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Also rows that have a verdict.")
def show(codes: tuple[str, ...], everything: bool) -> None:
    """Print the sample of some rules (of all rules without CODES)."""
    judged = load()
    for code, rows in by_rule(firings(corpora())).items():
        for one in rows[:SAMPLE] if not codes or code in codes else ():
            verdict = judged.get(code, Judged()).verdict_of(one.digest)
            if everything or verdict is None:
                click.echo(_page(one, verdict))


def _page(one: Firing, verdict: str | None) -> str:
    lines = (CORPORA / one.file).read_text(encoding="utf-8").split("\n")
    start = max(0, one.column - _EXCERPT // 2)
    rows = [lines[one.line - 1][start : start + _EXCERPT]] if one.line else []
    rows += [lines[line - 1][:_EXCERPT] for line in one.related[:2]]
    place = f"{one.file}:{one.line}:{one.column}"
    return "\n    ".join((f"{one.code} {one.digest} {verdict or ''} {place} {one.message}", *rows))


@main.command()
@click.argument("code")
@click.argument("verdict", type=click.Choice(VERDICTS))
@click.argument("digests", nargs=-1, required=True)
def judge(code: str, verdict: str, digests: tuple[str, ...]) -> None:
    """Keep a VERDICT on rows that the rule CODE reports."""
    kept = json.loads(JUDGEMENTS.read_text(encoding="utf-8"))
    judged = load()
    one = judged.get(code, Judged())
    verdicts: dict[str, Any] = {
        name: tuple(each for each in getattr(one, name) if each not in digests) for name in VERDICTS
    }
    verdicts[verdict] += digests
    save(judged | {code: Judged(one.fired, **verdicts)}, kept["files"], kept["rows"])


@main.command()
def measure() -> None:
    """Count again where the rules fire, and forget rules that no longer exist."""
    judged, found = load(), by_rule(firings(files := corpora()))
    rows = sum(len(path.read_bytes().splitlines()) for path in files)
    codes = [code for code in RULES if found.get(code) or judged.get(code)]
    now = {code: counted(judged.get(code, Judged()), found.get(code, [])) for code in codes}
    save(now, len(files), rows)
    for code, one in now.items():
        reason = refusal(RULES[code], one)
        click.echo(
            f"{code} fired {one.fired}, judged {one.number}{': ' if reason else ''}{reason or ''}"
        )


if __name__ == "__main__":
    main()
