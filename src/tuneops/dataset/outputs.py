"""A report in the formats that other programs read."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

from tuneops.dataset import present
from tuneops.dataset.exceptions import entries_for
from tuneops.dataset.findings import RULES, Finding, Severity
from tuneops.dataset.scan import Report

# A SARIF file may hold 25,000 results, of which GitHub shows 5,000 (code scanning, 2026-08).
MAX_RESULTS = 5_000
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(report: Report) -> str:
    """As docs/findings.schema.json describes."""
    return json.dumps(report.as_dict(), ensure_ascii=False, indent=2)


def sarif(report: Report) -> str:
    """SARIF 2.1.0 with the pages of the rules that were broken."""
    from importlib.metadata import version

    listed = report.findings[:MAX_RESULTS]
    codes = sorted({finding.code for finding in listed})
    driver = {
        "name": "tuneops validate_data",
        "version": version("tuneops"),
        "rules": [_rule(code) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes.index(finding.code)) for finding in listed],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def junit(report: Report) -> str:
    """JUnit XML: a suite for each file, a failed case for each error, the rest as output."""
    files = dict.fromkeys([*report.statistics, *(one.file for one in report.findings)])
    root = ET.Element("testsuites", name="validate_data")
    for file in files:
        found = [one for one in report.findings if one.file == file]
        errors = [one for one in found if one.severity is Severity.ERROR]
        suite = ET.SubElement(root, "testsuite", name=file)
        suite.set("tests", str(max(1, len(errors))))
        suite.set("failures", str(len(errors)))
        if not errors:
            ET.SubElement(suite, "testcase", classname=file, name="no errors")
        for one in errors:
            name = f"{one.code} {present.place(one)}"
            case = ET.SubElement(suite, "testcase", classname=file, name=name)
            ET.SubElement(case, "failure", message=one.message, type=one.code).text = one.hint
        others = [present.line(one) for one in found if one.severity is not Severity.ERROR]
        ET.SubElement(suite, "system-out").text = "\n".join(others)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode")


WRITERS: dict[str, Callable[[Report], str]] = {
    "json": as_json,
    "github": lambda report: "\n".join(present.annotations(report)),
    "sarif": sarif,
    "junit": junit,
    "exceptions": lambda report: "".join(entries_for(report.findings)).rstrip(),
    "markdown": partial(present.summary),
}


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
    region = {"startLine": max(1, finding.line)}
    if finding.column:
        region["startColumn"] = finding.column
    place = {"artifactLocation": {"uri": finding.file}, "region": region}
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message} {finding.hint}"},
        "locations": [{"physicalLocation": place}],
    }
