"""The plan on disk: what a person reviews, and what apply reads."""

import json
from dataclasses import asdict, replace
from datetime import UTC
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tuneops import tags
from tuneops.cleanup.plan import PLAN_VERSION, Plan
from tuneops.errors import ConfigError
from tuneops.fitting import shortened

MAX_BYTES = 128 * 1024 * 1024  # ten times what 10,000 groups with 50,000 resources take
_REASON_LENGTH = 500
_PLAN = TypeAdapter(Plan)


def to_json(plan: Plan) -> dict[str, Any]:
    document = asdict(plan) | {"created": tags.timestamp(plan.created)}
    return {"version": PLAN_VERSION, **document}


def write(plan: Plan, path: Path) -> None:
    path.write_text(json.dumps(to_json(plan), indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> Plan:
    """Raises: ConfigError where the file is no plan of this version."""
    try:
        return _plan(_document(path))
    except ValidationError as error:
        reason = _first(error)
    except RecursionError:
        reason = "it is nested too deeply"
    except (OSError, OverflowError, ValueError) as error:
        reason = str(error)
    raise ConfigError(
        f"{path} is not a clean-up plan of version {PLAN_VERSION}: {_shortened(reason)}",
        remedy="Make one with 'cleanup.py plan --out FILE'.",
    )


def _document(path: Path) -> object:
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"it has more than {MAX_BYTES} bytes")
    return json.loads(content.decode("utf-8"))


def _plan(document: object) -> Plan:
    if not isinstance(document, dict) or document.pop("version", None) != PLAN_VERSION:
        raise ValueError("it has another version, or none")
    made = _PLAN.validate_python(document)
    return replace(made, created=made.created.astimezone(UTC))


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _shortened(reason: str) -> str:
    words = " ".join(reason.split())
    return shortened(words, _REASON_LENGTH)
