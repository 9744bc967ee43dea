"""A smoke test as JUnit XML, a test case for each check and one for the verdict."""

import re
from xml.etree import ElementTree as ET

from tuneops.escaping import PROSE, printable
from tuneops.smoke.record import Run
from tuneops.smoke.report.wording import difference, label, mcnemar, verdict_sentence, wanted
from tuneops.smoke.verdict import CheckResult, Outcome

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(run: Run) -> str:
    """Failed and invalid are failures, undecided is skipped: a person looks at it."""
    suite = ET.Element("testsuite", name=_text(f"Smoke test of {run.product}"))
    suite.set("timestamp", run.started.removesuffix("Z"))
    for result in run.results:
        _case(suite, label(result.check), result.outcome, _message(result))
    _case(suite, "Verdict", run.verdict.outcome, verdict_sentence(run))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("*/failure"))))
    suite.set("skipped", str(len(suite.findall("*/skipped"))))
    suite.set("errors", "0")
    root = ET.Element("testsuites")
    root.append(suite)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _case(suite: ET.Element, name: str, outcome: Outcome | None, message: str) -> None:
    case = ET.SubElement(suite, "testcase", name=_text(name), classname="smoke test")
    if outcome in (Outcome.FAIL, Outcome.INVALID):
        ET.SubElement(case, "failure", message=_text(message))
    elif outcome != Outcome.PASS:
        ET.SubElement(case, "skipped", message=_text(message))


def _message(result: CheckResult) -> str:
    if result.outcome is None:
        return f"shown only: {difference(result.difference)} points"
    return f"{result.reason} (wanted: {wanted(result)}; {mcnemar(result)})"


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", printable(text, PROSE))
