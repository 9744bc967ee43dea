"""JUnit XML: well-formed whatever a model says, and true to the verdict."""

from collections.abc import Callable, Sequence
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from tuneops.smoke.record import Run
from tuneops.smoke.report.junit import junit

Runs = Callable[[Sequence[str]], Run]
GOOD = "Roma es fuentes y plazas, con luz dorada al caer la tarde. ¿Cuándo quieres verla?"


def suite(run: Run) -> ET.Element:
    found = ET.fromstring(junit(run)).find("testsuite")  # noqa: S314 - our own
    assert found is not None
    return found


def test_each_check_is_a_case_and_the_verdict_the_last(run_of: Runs) -> None:
    found = suite(run_of([GOOD] * 30))
    assert [case.get("name") for case in found][-1] == "Verdict"
    assert (found.get("tests"), found.get("failures"), found.get("skipped")) == ("7", "0", "0")


def test_what_fails_is_a_failure_and_what_is_undecided_is_skipped(run_of: Runs) -> None:
    found = suite(run_of([GOOD, "Te recomiendo el Bazar Arts."]))
    failed = {case.get("name") for case in found if case.find("failure") is not None}
    skipped = {case.get("name") for case in found if case.find("skipped") is not None}
    assert failed == {"no_competitor", "Verdict"}
    assert "Language" in skipped


@settings(max_examples=30)
@given(text=st.text())
def test_any_answer_leaves_well_formed_xml(run_of: Runs, text: str) -> None:
    assert suite(run_of([f"Te recomiendo el Bazar Arts {text}"])).get("tests") == "7"


def test_hostile_names_leave_well_formed_xml(hostile_run: Run) -> None:
    assert suite(hostile_run).get("errors") == "0"
