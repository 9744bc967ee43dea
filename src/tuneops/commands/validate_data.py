"""What the commands of validate_data.py do."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tuneops import config_files, github
from tuneops.dataset import present, ruling, scan
from tuneops.dataset.estimate import Estimate, estimate
from tuneops.dataset.examples import Format
from tuneops.dataset.findings import RULES, Severity, selects
from tuneops.dataset.rules.limits import OVER_LIMIT
from tuneops.dataset.scan import Report
from tuneops.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tuneops.config import Config


def check(
    files: tuple[Path, ...],
    *,
    validation: Path | None,
    kind: str,
    profile: str | None,
    select: tuple[str, ...],
    new_only: str | None,
    jobs: int,
    cache: Path | None,
    review: bool,
    review_cost: float | None,
    config_path: Path | None,
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
    options: dict[str, Any] = {
        "select": _selection(select),
        "format": None if kind == "auto" else Format(kind),
        "jobs": jobs,
        "cache": cache,
    }
    wanted = config_path or (config_files.require_one() if not files or review else None)
    config = _config(wanted) if wanted else None
    if config is not None:
        epochs = config.fine_tuning.hyperparameters.n_epochs
        options |= ruling.options(config) | {"epochs": epochs if isinstance(epochs, int) else None}
    if profile is not None:
        options["severities"] = (*options.get("severities", ()), *ruling.PROFILES[profile].items())
    if files or config is None:
        report = scan.check(files, validation, **options)
    else:
        data = config.data
        files = (data.training,)
        report = scan.check(files, data.validation, data.smoke_prompts, **options)
    report = replace(report, estimate=_estimate(report, files, config))
    report = report if new_only is None else _new(report, files, new_only, options)
    if review and config is not None:
        from tuneops.dataset.reviewing import reviewed

        report = reviewed(report, config, files, options, most=review_cost, base=new_only)
    return report


def _estimate(report: Report, files: tuple[Path, ...], config: "Config | None") -> Estimate:
    numbers = [report.statistics[name] for name in map(str, files) if name in report.statistics]
    listed = sum(one.code == OVER_LIMIT.code for one in report.findings)
    return estimate(
        sum(one.tokens for one in numbers),
        max((one.max_tokens for one in numbers), default=0),
        listed + report.hidden.get(OVER_LIMIT.code, 0),
        config,
    )


def keep(report: Report, *, sarif: Path | None, plot: Path | None) -> None:
    """Write the findings as SARIF, and the distribution of the first file's tokens as SVG.

    Raises:
        ConfigError: A path cannot be written.
    """
    if sarif is not None:
        _write(sarif, written(report, "sarif"))
    if plot is not None:
        from tuneops.display.histograms import svg_bars

        name, numbers = next(iter(report.statistics.items()))
        title = f"Tokens an example, {name}"
        _write(plot, svg_bars(numbers.distribution, title=title, unit="tokens"))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}.", remedy="Name another file."
        ) from error


def _config(path: Path) -> "Config":
    from tuneops.config import load

    return load(path)


def _selection(select: tuple[str, ...]) -> tuple[str, ...]:
    chosen = tuple(part.strip() for one in select for part in one.split(",") if part.strip())
    for one in chosen:
        if not any(selects(one, rule) for rule in RULES.values()):
            from tuneops.dataset.explain import find

            find(one)
            raise ConfigError(
                f"No rule is called '{one}'.", remedy="Write codes and names as explain --all does."
            )
    return chosen


def _new(report: Report, files: tuple[Path, ...], base: str, options: dict[str, Any]) -> Report:
    """The report without what the files' base has too."""
    from tuneops.dataset.diff import new_findings
    from tuneops.dataset.revisions import at_base

    kept = [one for one in report.findings if one.file not in set(map(str, files))]
    for path in files:
        with at_base(base, path) as earlier:
            kept += new_findings(earlier, path, **options).new
    counts = {level: sum(one.severity is level for one in kept) for level in Severity}
    return replace(report, findings=tuple(sorted(kept)), counts=counts, hidden={})


def written(report: Report, output: str) -> str:
    from tuneops.dataset import outputs

    return outputs.WRITERS[output](report)


def shown(report: Report) -> "RenderableType":
    return present.shown(report)


def shown_diff(facts: dict[str, Any]) -> "RenderableType":
    return present.shown_diff(facts)


def tell_github(report: Report) -> None:
    """Annotations on stderr and a page for the job, where the check runs in GitHub Actions."""
    if github.in_actions():
        click.echo("\n".join(present.annotations(report)), err=True)
        github.add_summary(present.summary(report))
