"""What the commands of validate_data.py do."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tunelint.check import Options
from tunelint.check import check as check_files
from tunelint.example import Format
from tunelint.findings import Report
from tunelint.output import written
from tunelint.output.text import as_text
from tunelint.rule import selectors
from tunelint.rules.limits import OVER_LIMIT
from tuneops import config_files, console, github
from tuneops.linting.errors import as_config_error
from tuneops.linting.estimate import Estimate, estimate
from tuneops.linting.material import split_sentence
from tuneops.linting.options import beside, training_tokens
from tuneops.linting.options import options as product_options

if TYPE_CHECKING:
    from tuneops.config import Config

COMMAND = "python scripts/validate_data.py"


def check(
    files: tuple[Path, ...] = (),
    *,
    validation: Path | None = None,
    new_only: str | None = None,
    cache: Path | None = None,
    review: bool = False,
    review_cost: float | None = None,
    config_path: Path | None = None,
    **asked: Any,  # noqa: ANN401 - as _asked
) -> Report:
    """Check the files, or without any those that the configuration names.

    Raises:
        ConfigError: A file cannot be read, or a rule or revision does not exist.
        UsageError: The options do not go together.
    """
    if validation and not files:
        raise click.UsageError("--validation needs FILES; the product names its own.")
    if cache is not None and cache.exists() and not cache.is_dir():
        raise click.UsageError(f"--cache {cache} is no folder.")
    wanted = config_path or (config_files.require_one() if not files or review else None)
    config = _config(wanted) if wanted else None
    if config and not files:
        from tuneops.smoke import planted_answers

        planted_answers.require_known_gates(config)
    with as_config_error():
        chosen = _asked(config, **asked)
        files, chosen = _files(files, validation, config, chosen)
        report = check_files(files, chosen)
        if new_only is not None:
            from tunelint.diff import only_new

            report = only_new(report, files, new_only, chosen)
        extra: dict[str, Any] = {"estimate": _estimate(report, files, config).as_dict()}
        if config and files == config.data.training_files:
            extra["split"] = split_sentence(config) if report.passed else ""
    report = replace(report, extra=extra)
    if review and config is not None:
        from tuneops.linting.model_review import reviewed

        report = reviewed(
            report, config, files, chosen, most=review_cost, base=new_only, folder=cache
        )
    return report


def check_products() -> dict[str, Report]:
    """Check the files of every product; the reports by the products' names.

    Raises:
        ConfigError: There is no product, or a configuration or a file cannot be read.
    """
    found = config_files.configurations()
    if not found:
        config_files.require_one()
    return {_config(path).product: check(config_path=path) for path in found}


def _asked(
    config: "Config | None",
    *,
    kind: str = "auto",
    profile: str | None = None,
    select: tuple[str, ...] = (),
    extend_select: tuple[str, ...] = (),
    jobs: int = 0,
) -> Options:
    others: dict[str, Any] = {
        "select": selectors(select),
        "extend_select": selectors(extend_select),
        "jobs": jobs,
    }
    others |= {"profile": profile} if profile else {}
    others |= {} if kind == "auto" else {"format": Format(kind)}
    return Options(**others) if config is None else product_options(config, **others)


def _files(
    files: tuple[Path, ...], validation: Path | None, config: "Config | None", chosen: Options
) -> tuple[tuple[Path, ...], Options]:
    """The training files, and the options with the files to hold against them."""
    if files or config is None:
        return files, replace(chosen, validation=(validation,) if validation else ())
    return config.data.training_files, replace(chosen, **beside(config))


def _estimate(report: Report, files: tuple[Path, ...], config: "Config | None") -> Estimate:
    names = [str(path) for path in files]
    over = sum(
        number
        for (name, code, _), number in report.counts.items()
        if code == OVER_LIMIT.code and name in names
    )
    whole = config is not None and files == config.data.training_files
    tokens = training_tokens(config, report) if config is not None and whole else None
    return estimate([report.statistics[name] for name in names], over, config, tokens)


def keep(report: Report, sarif: Path) -> None:
    """Write the findings as SARIF.

    Raises:
        ConfigError: The path cannot be written.
    """
    console.write_file(sarif, written(report, "sarif"))


def write_review(base: str, head: Path, config_path: Path | None, page: Path) -> None:
    """Write the rows that change as an HTML page.

    Raises:
        ConfigError: A file cannot be read, or the page cannot be written.
    """
    from tuneops.review.page import render
    from tuneops.review.review import review

    path = config_path or config_files.the_one()
    chosen = product_options(_config(path)) if path else Options()
    console.write_file(page, render(review(base, head, chosen)))


def _config(path: Path) -> "Config":
    from tuneops.config import load

    return load(path)


def shown(report: Report, output: str, *, full: bool) -> str:
    if output == "text":
        return as_text(report, full=full, notes=list(_notes(report)), command=COMMAND)
    return written(report, output)


def shown_products(reports: Mapping[str, Report], *, as_json: bool) -> str:
    if as_json:
        facts = {name: report.as_dict() for name, report in reports.items()}
        return json.dumps(facts, ensure_ascii=False, indent=2)
    texts = (f"{name}\n{shown(one, 'text', full=False)}" for name, one in reports.items())
    return "\n\n".join(texts)


def _notes(report: Report) -> Iterator[str]:
    """What the project knows beside the findings: the cost, and what a model was asked."""
    yield from report.extra["estimate"]["lines"]
    yield from filter(None, [report.extra.get("split")])
    for review in report.extra.get("review", ()):
        yield _review_line(review)


def _review_line(review: Mapping[str, Any]) -> str:
    return (
        f"review by {review['model']}: {review['read']:,} rows read, "
        f"{review['remembered']:,} remembered, {review['skipped']:,} left out for the cost, "
        f"{review['unusable']:,} without a usable answer; {review['cost_usd']:.2f} US dollars"
    )


def tell_github(report: Report) -> None:
    """Annotations on stderr and a page for the job, where the check runs in GitHub Actions."""
    if github.in_actions():
        from tunelint.output.markdown import as_markdown

        click.echo(written(report, "github"), err=True)
        github.add_summary(as_markdown(report, list(_notes(report))))
