"""A report as JUnit XML: a suite for each file, and a failed case for each error."""

from collections import defaultdict
from xml.etree import ElementTree as ET

from tunelint.findings import Finding, Report
from tunelint.output.grouping import place
from tunelint.rule import Severity


def as_junit(report: Report) -> str:
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for one in report.findings:
        by_file[one.file].append(one)
    root = ET.Element("testsuites", name="tunelint")
    for file in dict.fromkeys([*report.statistics, *by_file]):
        _add_suite(root, file, by_file[file])
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode")


def _add_suite(root: ET.Element, file: str, found: list[Finding]) -> None:
    errors = [one for one in found if one.severity is Severity.ERROR]
    suite = ET.SubElement(root, "testsuite", name=file)
    suite.set("tests", str(max(1, len(errors))))
    suite.set("failures", str(len(errors)))
    if not errors:
        ET.SubElement(suite, "testcase", classname=file, name="no errors")
    for one in errors:
        case = ET.SubElement(suite, "testcase", classname=file, name=f"{one.code} {place(one)}")
        ET.SubElement(case, "failure", message=one.message, type=one.code).text = one.hint
    others = [f"{place(one)}: {one.code} {one.message}" for one in found if one not in errors]
    ET.SubElement(suite, "system-out").text = "\n".join(others)
