"""What a product's configuration asks of its data."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tunelint.check import check
from tunelint.findings import Finding
from tuneops import config as configuration
from tuneops.config import Config
from tuneops.errors import ConfigError
from tuneops.linting.options import check_product, options
from tuneops.methods import FineTuning

USER = {"role": "user", "content": "Where is parcel 7?"}
ENGLISH = "Lisbon is a city of light and hills, where yellow trams climb slowly. Shall we go?"


@pytest.fixture
def tienda() -> Config:
    return configuration.load(REPOSITORY / "config/tienda.yaml")


def with_rules(config: Config, **rules: object) -> Config:
    changed = config.rules.model_copy(update=rules)
    return config.model_copy(update={"rules": changed})


def findings(tmp_path: Path, config: Config, answer: str) -> list[Finding]:
    row = json.loads((REPOSITORY / "data/tienda/training.jsonl").read_text("utf-8").splitlines()[0])
    row["messages"][-1]["content"] = answer
    path = tmp_path / "training.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    return [one for one in check([path], options(config)).findings if one.code == "E1800"]


def test_a_products_own_files_are_checked(tienda: Config) -> None:
    report = check_product(tienda)
    assert {one.code for one in report.findings} <= {"I602"}
    assert set(report.statistics) == set(map(str, tienda.data.rows))


@pytest.mark.parametrize(
    ("answer", "check"),
    [
        (
            "Es más barato en Bazar Arts, a dos calles del puerto. ¿Te animas?",
            "no_competitor",
        ),
        (ENGLISH, "language"),
        ("Lisboa es luz, tranvías y colinas junto al castillo, y no se acaba nunca.", "question"),
        ("¿Y tú?", "length"),
    ],
)
def test_what_the_smoke_test_refuses_is_not_taught(
    tmp_path: Path, tienda: Config, answer: str, check: str
) -> None:
    messages = [one.message for one in findings(tmp_path, tienda, answer)]
    assert any(check in message.partition(":")[0] for message in messages)


def test_a_policy_of_the_data_goes_before_the_smoke_tests_checks(
    tmp_path: Path, tienda: Config
) -> None:
    lenient = tienda.smoke_test.checks.model_copy(update={"language": None, "more": ()})
    assert findings(tmp_path, with_rules(tienda, policy=lenient), ENGLISH) == []


def test_rules_are_switched_by_code_or_name(tienda: Config) -> None:
    config = with_rules(tienda, off=("few-examples",), severity={"W701": "error"})
    reporting = options(config).reporting
    assert "I602" not in reporting
    assert reporting["W701"] == "error"


def test_a_rule_that_does_not_exist_is_refused(tienda: Config) -> None:
    with pytest.raises(ConfigError, match="There is no rule"):
        options(with_rules(tienda, off=("duplikate",)))


ROWS = {
    "supervised": {"messages": [USER, {"role": "assistant", "content": "On its way."}]},
    "dpo": {
        "input": {"messages": [USER]},
        "preferred_output": [{"role": "assistant", "content": "On its way."}],
        "non_preferred_output": [{"role": "assistant", "content": "No idea."}],
    },
    "reinforcement": {"messages": [USER], "answer": "on its way"},
}


@pytest.mark.parametrize("method", ROWS)
@pytest.mark.parametrize("rows", ROWS)
def test_rows_of_another_method_are_named_once_for_the_file(
    tienda: Config, tmp_path: Path, method: str, rows: str
) -> None:
    grader = {
        "type": "string_check",
        "name": "same",
        "input": "{{sample.output_text}}",
        "reference": "{{item.answer}}",
        "operation": "eq",
    }
    given: dict[str, Any] = {"suffix": "s", "method": method}
    given |= {"grader": grader} if method == "reinforcement" else {}
    config = tienda.model_copy(update={"fine_tuning": FineTuning(**given)})
    path = tmp_path / "training.jsonl"
    path.write_text(f"{json.dumps(ROWS[rows])}\n" * 12, encoding="utf-8")
    found = [one.message for one in check([path], options(config)).findings if one.code == "E315"]
    assert len(found) == (method != rows)
    assert all(f"(method {rows}); " in one and f"(method {method}) are" in one for one in found)
