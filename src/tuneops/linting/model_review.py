"""A report with what the configured model finds, asked through the project's chat adapter."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tunelint import model_review
from tunelint.check import Options
from tunelint.findings import Report
from tunelint.revisions import at_base
from tuneops.azure.chat import open_chat
from tuneops.config import Config
from tuneops.errors import ConfigError, TuneopsError

if TYPE_CHECKING:
    from tuneops.azure.chat import Message, Reply


def reviewed(
    report: Report,
    config: Config,
    files: Sequence[Path],
    options: Options,
    *,
    most: float | None = None,
    base: str | None = None,
    folder: Path | None = None,
) -> Report:
    """The report with what a model says of the files' rows, `most` dollars of it.

    Rows that a base has too are not asked about.

    Raises:
        ConfigError: No model is configured for it.
        TuneopsError: The deployment cannot be asked.
    """
    settings = config.rules.review
    if settings is None:
        raise ConfigError(
            "No model is configured that could review the rows.",
            remedy="Name deployment, max_cost_usd and prices under rules.review.",
        )
    chat = open_chat(config)
    chat.deployment(settings.deployment)

    def ask(messages: Sequence[dict[str, str]]) -> "Reply | None":
        form, limit = model_review.FORM, model_review.MAX_TOKENS
        try:
            asked = cast("list[Message]", list(messages))
            return chat.ask_in_form(settings.deployment, asked, form, max_tokens=limit)
        except TuneopsError:
            return None

    prices = settings.prices
    reader = model_review.Reader(settings.deployment, ask, prices.input, prices.output)
    with ExitStack() as stack:
        known = [stack.enter_context(at_base(base, path)) for path in files] if base else []
        return model_review.reviewed(
            report,
            files,
            reader,
            options,
            most=settings.max_cost_usd if most is None else most,
            folder=folder,
            known=known,
        )
