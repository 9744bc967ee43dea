"""The plan on disk: what a person reviews, and what apply reads."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tuneops import tags
from tuneops.cleanup.plan import PLAN_VERSION, Plan
from tuneops.errors import ConfigError

_PLAN = TypeAdapter(Plan)


def to_json(plan: Plan) -> dict[str, Any]:
    document = asdict(plan) | {"created": tags.timestamp(plan.created)}
    return {"version": PLAN_VERSION, **document}


def write(plan: Plan, path: Path) -> None:
    path.write_text(json.dumps(to_json(plan), indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> Plan:
    """Raises: ConfigError where the file is no plan of this version."""
    try:
        return _plan(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValidationError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(
            f"{path} is not a clean-up plan of version {PLAN_VERSION}: {reason}",
            remedy="Make one with 'cleanup.py plan --out FILE'.",
        ) from error


def _plan(document: object) -> Plan:
    if not isinstance(document, dict) or document.pop("version", None) != PLAN_VERSION:
        raise ValueError("it has another version, or none")
    return _PLAN.validate_python(document)
