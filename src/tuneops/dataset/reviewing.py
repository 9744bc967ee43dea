"""A report with what the configured model finds, asked through the project's chat adapter."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneops.dataset import exceptions
from tuneops.dataset.examples import Document, Example, Format, detect_format, format_of
from tuneops.dataset.findings import Findings, Ruling, Severity
from tuneops.dataset.jsontext import JsonFault, parse
from tuneops.dataset.reading import BOM, decode, open_regular, read_lines
from tuneops.dataset.review import FORM, MAX_TOKENS, review
from tuneops.dataset.revisions import at_base
from tuneops.dataset.scan import Report
from tuneops.errors import ConfigError

if TYPE_CHECKING:
    from tuneops.azure.chat import Message, Reply
    from tuneops.config import Config


def reviewed(
    report: Report,
    config: "Config",
    files: tuple[Path, ...],
    options: dict[str, Any],
    *,
    most: float | None = None,
    base: str | None = None,
) -> Report:
    """The report with what a model says of the files' rows, `most` dollars of it.

    Rows that a base has too are not asked about.

    Raises:
        ConfigError: No model is configured for it.
        TuneopsError: The deployment cannot be asked.
    """
    from tuneops.azure.chat import open_chat

    settings = config.rules.review
    if settings is None:
        raise ConfigError(
            "No model is configured that could review the rows.",
            remedy="Name deployment, max_cost_usd and prices under rules.review.",
        )
    chat = open_chat(config)
    chat.deployment(settings.deployment)

    def ask(messages: "list[Message]") -> "Reply":
        return chat.ask_in_form(settings.deployment, messages, FORM, max_tokens=MAX_TOKENS)

    rows = (example for path in files for example in _examples(path, options.get("format"), base))
    found = review(
        rows,
        ask,  # type: ignore[arg-type] # a list is a sequence of messages
        settings,
        most=settings.max_cost_usd if most is None else most,
        folder=options.get("cache"),
    )
    findings = Findings(ruling=Ruling(options["select"], options.get("severities", ())))
    accepted = options.get("exceptions")
    excepted = exceptions.load(accepted) if accepted else exceptions.NO_EXCEPTIONS
    told = (*report.findings, *report.accepted)
    known = {(one.file, one.line, one.code) for one in told}
    for example, fault in found.faults:
        place = example.document
        if (place.file, place.line, fault.rule.code) in known:
            continue
        findings.add(
            fault.rule,
            fault.message,
            file=place.file,
            line=place.line,
            column=place.column(fault.path or ()),
            accepted=excepted.reason(place.text, fault.rule),
        )
    counts = {level: report.counts[level] + findings.counts()[level] for level in Severity}
    merged = tuple(sorted((*report.findings, *findings.ordered())))
    return replace(
        report,
        findings=merged,
        counts=counts,
        review=found.as_dict(),
        accepted=tuple(sorted((*report.accepted, *findings.accepted()))),
    )


def _examples(path: Path, chosen: Format | None, base: str | None) -> Iterator[Example]:
    """The rows that can be read as examples; the others have findings of their own."""
    documents = list(_documents(path))
    if base is not None:
        with at_base(base, path) as earlier:
            old = {document.text.strip() for document in _documents(earlier)}
        documents = [one for one in documents if one.text.strip() not in old]
    kind = chosen or detect_format(one.value for one in documents)
    for document in documents:
        if format_of(document.value) is not None:
            yield Example(document, kind)


def _documents(path: Path) -> Iterator[Document]:
    with open_regular(path) as stream:
        for line in read_lines(stream):
            try:
                text = decode(line.raw.removeprefix(BOM))
                yield Document(str(path), line.number, line.offset, text, parse(text))
            except (UnicodeDecodeError, JsonFault):
                continue
