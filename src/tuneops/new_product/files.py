"""The files that a new product begins with; no I/O but the templates'."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import Any

from tuneops.config_types import KEY_DIGITS
from tuneops.errors import ConfigError
from tuneops.limits import SUFFIX_LENGTH
from tuneops.methods import Method
from tuneops.products import PRODUCT_NAME

ROWS = 5
_SAID, _REASONED = 600, 4000  # tokens of an answer, and with the reasoning before it
_NUMBERS = range(1, ROWS + 1)
_SYSTEM = "You are a helpful assistant."
_QUESTION = "[INSERT YOUR QUESTION]"
_PROMPT = "[INSERT A QUESTION THAT NO ROW HAS]"
_OPENAI = "OpenAI"
# Versions and formats of models that are fine-tuned (fine-tuning guide, 2026-10, and the deployment
# page of Microsoft's fine-tuning skill, 2026-08); the region's live catalogue has the last word.
BASES = {
    "gpt-4o": ("2024-08-06", _OPENAI),
    "gpt-4o-mini": ("2024-07-18", _OPENAI),
    "gpt-4.1": ("2025-04-14", _OPENAI),
    "gpt-4.1-mini": ("2025-04-14", _OPENAI),
    "gpt-4.1-nano": ("2025-04-14", _OPENAI),
    "o4-mini": ("2025-04-16", _OPENAI),
    "gpt-oss-20b": ("1", "Microsoft"),
    "Llama-3.3-70B-Instruct": ("1", "Meta"),
    "Ministral-3B": ("2411", "Mistral AI"),
    "Qwen3-32B": ("1", "Alibaba"),
}
DEFAULT_BASES: dict[Method, str] = {
    "supervised": "gpt-4o",
    "dpo": "gpt-4o",
    "reinforcement": "o4-mini",
}
_GRADER = """\
  grader: # docs/methods.md has the other types; `fine_tune.py grade` tries one on your rows
    type: string_check
    name: same
    input: "{{sample.output_text}}"
    reference: "{{item.answer}}"
    operation: eq
"""


@dataclass(frozen=True)
class Base:
    """A model to fine-tune, by the names that Azure has for it."""

    model: str
    version: str
    format: str


def base_of(text: str) -> Base:
    """``gpt-4.1``, or ``NAME:VERSION:FORMAT`` of a model that is not known here.

    Raises:
        ConfigError: It is neither.
    """
    name, *rest = text.split(":")
    if not rest and name in BASES:
        return Base(name, *BASES[name])
    if len(rest) == 2 and all(rest):  # noqa: PLR2004 - a version and a format
        return Base(name, *rest)
    raise ConfigError(
        f"The version of '{text}' is not known here.",
        remedy=f"Name it as NAME:VERSION:FORMAT, or take one of {', '.join(BASES)}.",
    )


def files_of(
    product: str, *, language: str | None, method: Method, base: Base, region: str
) -> dict[str, str]:
    """Paths from the repository's root, with the text of each.

    Raises:
        ConfigError: The name is none for a product.
    """
    if not PRODUCT_NAME.fullmatch(product):
        raise ConfigError(
            f"'{product}' is no name for a product.",
            remedy="Use a-z, 0-9 and hyphens, at most 31 of them, and begin with a letter.",
        )
    folder = f"data/{product}"
    prompts = [{"id": f"prompt-{n}", "prompt": f"{_PROMPT} {n}", "tags": []} for n in _NUMBERS]
    return {
        f"config/{product}.yaml": _configuration(product, language, method, base, region),
        f"{folder}/README.md": _template("README.md").substitute(
            product=product, method=method, row=json.dumps(_row(method, 1), indent=2)
        ),
        f"{folder}/training.jsonl": _lines(_row(method, number) for number in _NUMBERS),
        f"{folder}/validation.jsonl": _lines([_row(method, ROWS + 1)]),
        f"{folder}/smoke_prompts.jsonl": _lines(prompts),
    }


def owner_lines(product: str, owner: str) -> str:
    """Lines for CODEOWNERS; the last one that fits a path decides."""
    paths = (f"/config/{product}.yaml", f"/data/{product}/")
    return "".join(f"{path} {owner}\n" for path in paths)


def _configuration(
    product: str, language: str | None, method: Method, base: Base, region: str
) -> str:
    return _template("template.yaml").substitute(
        product=product,
        region=region,
        model=base.model,
        version=base.version,
        format=base.format,
        base_deployment=base.model.replace(".", "-"),
        method=method,
        suffix=f"ft-{product}"[: SUFFIX_LENGTH - KEY_DIGITS - 1].rstrip("-"),
        max_tokens=_REASONED if method == "reinforcement" else _SAID,
        grader=_GRADER if method == "reinforcement" else "",
        release_sku="Standard" if base.format == _OPENAI else "GlobalStandard",
        language=f"    language: {language}\n" if language else "",
    )


def _row(method: Method, number: int) -> dict[str, Any]:
    """A row of the method in which everything is still to be written."""
    asked = [
        {"role": "system", "content": _SYSTEM},
        {"role": "user", "content": f"{_QUESTION} {number}"},
    ]
    good, bad = (_answer(f"[INSERT YOUR {kind} ANSWER]") for kind in ("GOOD", "BAD"))
    if method == "dpo":
        return {
            "input": {"messages": asked},
            "preferred_output": [good],
            "non_preferred_output": [bad],
        }
    if method == "reinforcement":
        return {"messages": asked[1:], "answer": good["content"]}
    return {"messages": [*asked, good]}


def _answer(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


def _lines(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def _template(name: str) -> Template:
    return Template((files("tuneops.new_product") / name).read_text(encoding="utf-8"))
