"""What a product's configuration says about its data, as options of the linter."""

from dataclasses import dataclass, replace
from typing import Any

from tunelint.check import Options, check
from tunelint.example import Format
from tunelint.findings import Report
from tunelint.limits import MAX_EXAMPLE_TOKENS
from tunelint.rule import Severity, find_rule
from tunelint.rules.answer_checks import AnswerCheck
from tuneops.checks.base import Check, Planted
from tuneops.config import Config
from tuneops.data_settings import Split
from tuneops.linting.errors import as_config_error

FORMATS = {"supervised": Format.SFT, "dpo": Format.DPO, "reinforcement": Format.RFT}


@dataclass(frozen=True, slots=True)
class _Complaint:
    """A check of the smoke test, asked about an answer of the training data."""

    check: Check

    def __call__(self, _question: str, answer: str) -> str | None:
        judged = self.check.judge(Planted(answer))
        if judged.passed:
            return None
        return f"{judged.reason}: '{judged.quote}'" if judged.quote else judged.reason


def options(config: Config, **others: Any) -> Options:  # noqa: ANN401 - fields of Options
    """The options of a check of this product's training data; `others` go before them.

    Raises:
        ConfigError: The rules name one that does not exist.
    """
    rules, epochs = config.rules, config.fine_tuning.hyperparameters.n_epochs
    with as_config_error():
        own = {find_rule(name).code: Severity(level) for name, level in rules.severity.items()}
        off = dict.fromkeys((find_rule(name).code for name in rules.off), None)
    found = Options(
        format=FORMATS[config.fine_tuning.method],
        profile=rules.profile,
        severities=tuple((own | off).items()),
        answer_checks=tuple(_answer_checks(config)),
        max_example_tokens=rules.max_example_tokens or MAX_EXAMPLE_TOKENS,
        epochs=epochs if isinstance(epochs, int) else 1,
        exceptions=rules.exceptions,
    )
    return replace(found, **others)


def check_product(config: Config, **others: Any) -> Report:  # noqa: ANN401 - fields of Options
    """Check the files that a product's configuration names, as its `rules` want it.

    Raises:
        ConfigError: A file cannot be read, or the rules name one that does not exist.
    """
    with as_config_error():
        return check(config.data.training_files, options(config, **(beside(config) | others)))


def beside(config: Config) -> dict[str, Any]:
    """Fields of Options: what is held against the training files."""
    data, held_out = config.data, config.data.validation_file
    return {
        "validation": (held_out,) if held_out else (),
        "smoke_prompts": (data.smoke_prompts,),
        "together": len(data.training) > 1,
    }


def training_tokens(config: Config, report: Report) -> int:
    """Tokens of one epoch, by the report on the product's files; rows held out do not count."""
    found = 0.0
    for source in config.data.training:
        numbers = report.statistics[str(source.file)]
        share = 1 if source.take is None else source.take / max(1, numbers.examples)
        found += numbers.tokens * source.weight * share
    split = config.data.validation
    return round(found * (1 - split.split if isinstance(split, Split) else 1))


def _answer_checks(config: Config) -> list[AnswerCheck]:
    """The checks that every answer is held to: the policy's, else those of the smoke test."""
    wanted = config.rules.policy or config.smoke_test.checks
    checks: list[Check] = [*wanted.standard(), *wanted.more]
    return [AnswerCheck(one.title, _Complaint(one)) for one in checks if one.reads_text]
