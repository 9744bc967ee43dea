"""Findings that somebody accepted: told apart, for a time, and as plain YAML."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attack import examples
from tunelint.check import Options, check
from tunelint.errors import UsageError
from tunelint.exceptions import LONGEST, digest_of, load
from tunelint.findings import Report
from tunelint.output import written

TODAY = datetime(2026, 3, 1, tzinfo=UTC).date()
SOON = str(datetime.now(UTC).date() + LONGEST)
REASON = "a quotation that the film needs"


def row(answer: str) -> str:
    messages = [
        {"role": "user", "content": "What is new in the village today?"},
        {"role": "assistant", "content": answer},
    ]
    return json.dumps({"messages": messages})


TWICE = row("The mill has a new wheel, and the baker a new oven.")
OTHERS = [row(f"On day {n} the mill ground {n * 7} sacks of rye.") for n in range(1, 15)]


def entry(line: str, until: str = SOON, **changes: str) -> dict[str, str]:
    who = {"rule": "duplicate", "reason": REASON, "who": "marta", "until": until}
    return {"line": digest_of(line.encode()), **who, **changes}


def checked(folder: Path, lines: list[str], *entries: dict[str, str]) -> Report:
    training, file = folder / "training.jsonl", folder / "exceptions.yaml"
    training.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    file.write_text(json.dumps(entries), encoding="utf-8")
    return check([training], Options(exceptions=file))


def codes(report: Report) -> set[str]:
    return {one.code for one in report.findings}


def test_an_accepted_finding_is_told_apart_wherever_its_line_stands(tmp_path: Path) -> None:
    before = checked(tmp_path, [TWICE, TWICE, *OTHERS])
    [told] = [one for one in before.findings if one.code in {"W701", "E701"}]
    after = checked(tmp_path, [TWICE, *OTHERS, TWICE], entry(TWICE))
    assert told.code not in codes(after)
    [accepted] = after.accepted
    assert (accepted.code, accepted.line) == (told.code, 16)
    assert accepted.hint == f"Accepted by marta until {SOON}: {REASON}"


def test_an_expired_entry_accepts_nothing_and_is_told(tmp_path: Path) -> None:
    report = checked(tmp_path, [TWICE, TWICE, *OTHERS], entry(TWICE, "2020-01-01"))
    assert report.accepted == ()
    assert {"W2011", "W701"} <= codes(report)


def test_accepted_findings_are_counted_in_every_output_for_people(tmp_path: Path) -> None:
    report = checked(tmp_path, [TWICE, TWICE, *OTHERS], entry(TWICE))
    for name in ("text", "markdown"):
        text = written(report, name)
        assert "1 finding accepted by exceptions" in text
        assert REASON in text
    [accepted] = json.loads(written(report, "json"))["accepted"]
    assert accepted["code"] == "W701"


def test_entries_to_paste_are_made_and_unused_ones_are_told(tmp_path: Path) -> None:
    """What is pasted and completed accepts the finding; when the line goes, the entry is told."""
    made = yaml.safe_load(written(checked(tmp_path, [TWICE, TWICE, *OTHERS]), "exceptions"))
    [found] = [one for one in made if one["rule"] == "W701"]
    whole = found | {"reason": REASON, "who": "ana", "until": SOON}
    assert "W701" not in codes(checked(tmp_path, [TWICE, TWICE, *OTHERS], whole))
    assert "I2012" in codes(checked(tmp_path, OTHERS, whole))


@pytest.mark.attack
def test_nothing_is_accepted_for_longer_than_180_days(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.yaml"
    for days in (180, 181):
        file.write_text(json.dumps([entry("{}", str(TODAY + timedelta(days=days)))]), "utf-8")
        if days == LONGEST.days:
            assert load(file, TODAY).accepted
    with pytest.raises(UsageError, match="runs until 2026-08-29"):
        load(file, TODAY)


@pytest.mark.parametrize(
    "broken", [{"reason": "no"}, {"line": "x"}, {"rule": "none"}, {"extra": "x"}, {"until": "soon"}]
)
def test_a_malformed_entry_is_a_usage_error(broken: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "exceptions.yaml"
    file.write_text(json.dumps([entry("{}") | broken]), encoding="utf-8")
    with pytest.raises(UsageError):
        load(file)


def test_a_file_that_is_not_there_is_a_sentence_without_a_number_of_the_system(
    tmp_path: Path,
) -> None:
    with pytest.raises(UsageError, match=r"yaml cannot be read: No such file or directory\.$"):
        load(tmp_path / "none.yaml")


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates().map(str), st.text(max_size=20)
)
FIELDS = st.sampled_from(["line", "rule", "reason", "who", "until", "x", "<<"])
FILES = st.one_of(
    st.binary(max_size=60),
    st.text(alphabet="[]{}&*!:-#|>\"'\n ab0<", max_size=60).map(str.encode),
    st.lists(st.dictionaries(FIELDS, SCALARS, max_size=6), max_size=3).map(
        lambda one: json.dumps(one).encode()
    ),
    st.integers(1, 3000).map(lambda deep: b"[" * deep),
    st.integers(1, 3000).map(lambda deep: b"- " * deep + b"a"),
)


@pytest.mark.attack
@settings(max_examples=examples(150))
@given(FILES)
def test_whatever_the_file_holds_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    file.write_bytes(content)
    with suppress(UsageError):
        assert len(load(file, TODAY).accepted) <= content.count(b"line")
