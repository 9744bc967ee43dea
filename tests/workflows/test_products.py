"""Which products a change touches, and what data may not travel with."""

import json

import pytest

from tunelint.explain import chosen
from tuneops import products
from tuneops.errors import ConfigError
from tuneops.products import Kind, Product
from tuneops.pull_request import comment

TRAVEL = Product("travel", "config/travel.yaml", ("data/travel",))
RADIO = Product("radio", "config/radio.yaml", ("data/radio", "data/shared"))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("data/travel/training.jsonl", Kind.DATA),
        ("data/travel/README.md", Kind.DATA),
        ("data/travel/smoke_prompts.jsonl", Kind.PROMPTS),
        ("config/travel.yaml", Kind.CONFIGURATION),
        (".github/workflows/ci.yml", Kind.WORKFLOWS),
        ("CODEOWNERS", Kind.WORKFLOWS),
        ("src/data/x.py", Kind.CODE),
        ("README.md", Kind.CODE),
    ],
)
def test_every_file_is_of_one_kind(path: str, kind: Kind) -> None:
    assert products.kind(path) is kind


def test_data_travels_alone() -> None:
    rest = ["config/travel.yaml", "src/x.py", ".github/CODEOWNERS"]
    data = "data/travel/training.jsonl"
    assert products.mixed_with_data([data]) == []
    assert products.mixed_with_data(rest) == []
    assert products.mixed_with_data([data, *rest]) == ["code", "configuration", "workflows"]
    assert products.mixed_with_data([data, "data/travel/smoke_prompts.jsonl"]) == ["prompts"]


def test_a_product_is_touched_by_its_configuration_and_its_folders() -> None:
    both = [TRAVEL, RADIO]
    assert products.touched(both, ["config/travel.yaml"]) == [TRAVEL]
    assert products.touched(both, ["data/shared/validation.jsonl"]) == [RADIO]
    assert products.touched(both, ["data/travels/x.jsonl", "config/cleanup.yaml"]) == []


def test_an_unknown_product_is_named_with_those_there_are() -> None:
    with pytest.raises(ConfigError) as caught:
        products.named([TRAVEL], "travle")
    assert "travel" in caught.value.remedy


@pytest.mark.parametrize("record", [b"", b"[]", b'{"mixed": ["<b>"]}', b'{"irregular": [1]}'])
def test_a_forged_record_is_not_shown(record: bytes) -> None:
    assert comment.UNREADABLE in comment.comment(record, {}, {})


def test_every_rule_can_be_shown() -> None:
    """A record may hold a finding of any rule there is."""
    findings = [
        {"file": "x", "code": one.code, "severity": str(one.severity), "message": "x"}
        for one in chosen(None, everything=True)
    ]
    summary = {"passed": False, "errors": 1, "warnings": 0, "files": {}}
    check = json.dumps({"findings": findings, "summary": summary}).encode()
    plan = json.dumps({"key": "0" * 64, "trained_at": None}).encode()
    assert comment.UNREADABLE not in comment.comment(b"{}", {"x": check}, {"x": plan})


def test_a_record_s_text_is_never_markup() -> None:
    finding = {
        "file": "data/x.jsonl",
        "code": "E101",
        "severity": "error",
        "message": "<img src=x> [a](https://evil.example) @acme/all | `x`",
    }
    summary = {"passed": False, "errors": 1, "warnings": 0, "files": {"<b>": {"examples": 1}}}
    check = json.dumps({"findings": [finding], "summary": summary}).encode()
    plan = json.dumps({"key": "0" * 64, "trained_at": None}).encode()
    text = comment.comment(b"{}", {"<i>": check}, {"<i>": plan})
    assert "Merging trains" in text
    assert not [mark for mark in ("<img", "<b>", "<i>", "](https", "@acme", "`x`") if mark in text]
