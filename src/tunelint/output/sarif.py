"""A report as SARIF 2.1.0, with the pages of the rules that were broken."""

import json
from typing import Any

from tunelint.findings import Finding, Place, Report
from tunelint.output.grouping import groups
from tunelint.rule import RULES, Severity

# A SARIF file may hold 25,000 results, of which GitHub shows 5,000 (code scanning, 2026-08).
MAX_RESULTS = 5_000
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(report: Report) -> str:
    """The gravest findings first, as many as GitHub shows."""
    listed = [one for group in groups(report) for one in group.findings][:MAX_RESULTS]
    codes = sorted({finding.code for finding in listed})
    run = {
        "tool": {"driver": {"name": "tunelint", "rules": [_rule(code) for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes.index(finding.code)) for finding in listed],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: str) -> dict[str, Any]:
    one = RULES[code]
    return {
        "id": code,
        "name": one.name,
        "shortDescription": {"text": one.what},
        "fullDescription": {"text": one.why},
        "help": {"text": one.fix},
        "defaultConfiguration": {"level": _LEVELS[one.severity]},
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    related = [_location(one, 0) for one in finding.related]
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message} {finding.hint}"},
        "locations": [_location(Place(finding.file, finding.line), finding.column)],
        **({"relatedLocations": related} if related else {}),
    }


def _location(place: Place, column: int) -> dict[str, Any]:
    region = {"startLine": max(1, place.line)} | ({"startColumn": column} if column else {})
    return {"physicalLocation": {"artifactLocation": {"uri": place.file}, "region": region}}
