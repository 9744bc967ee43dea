"""What kind a file is, and which products a change touches."""

import pytest

from tuneops import products
from tuneops.errors import ConfigError
from tuneops.products import Kind, Product

TIENDA = Product("tienda", (), "data/tienda/questions.jsonl")
RADIO = Product("radio", (), "data/radio/questions.jsonl", "config/radio-exceptions.yaml")
BOTH = (TIENDA, RADIO)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("data/tienda/training.jsonl", Kind.DATA),
        ("data/tienda/README.md", Kind.DATA),
        ("data/tienda/2026/march.jsonl", Kind.DATA),
        ("data/tienda/smoke_prompts.jsonl", Kind.DATA),
        ("data/tienda/questions.jsonl", Kind.PROMPTS),
        ("config/tienda.yaml", Kind.CONFIGURATION),
        ("config/radio-exceptions.yaml", Kind.CONFIGURATION),
        (".github/workflows/ci.yml", Kind.WORKFLOWS),
        ("CODEOWNERS", Kind.WORKFLOWS),
        ("src/data/x.py", Kind.CODE),
        ("README.md", Kind.CODE),
        (".gitattributes", Kind.CODE),
        ("data/training.jsonl", None),
        ("data/tienda/.gitattributes", None),
        ("Data/tienda/training.jsonl", None),
    ],
)
def test_every_file_is_of_one_kind_or_of_none(path: str, kind: Kind | None) -> None:
    assert products.kind(path, BOTH) is kind


def test_data_travels_alone() -> None:
    rest = [Kind.CONFIGURATION, Kind.CODE, Kind.WORKFLOWS]
    assert products.mixed_with_data([Kind.DATA]) == []
    assert products.mixed_with_data(rest) == []
    assert products.mixed_with_data([Kind.DATA, *rest]) == ["code", "configuration", "workflows"]
    assert products.mixed_with_data([Kind.DATA, Kind.PROMPTS]) == ["prompts"]


def test_a_product_is_touched_by_its_configuration_its_exceptions_and_its_folder() -> None:
    assert products.touched(BOTH, ["config/tienda.yaml"]) == [TIENDA]
    assert products.touched(BOTH, ["config/radio-exceptions.yaml"]) == [RADIO]
    assert products.touched(BOTH, ["data/radio/validation.jsonl"]) == [RADIO]
    assert products.touched(BOTH, ["data/travels/x.jsonl", "config/cleanup.yaml"]) == []


def test_an_unknown_product_is_named_with_those_there_are() -> None:
    with pytest.raises(ConfigError) as caught:
        products.named([TIENDA], "travle")
    assert "tienda" in caught.value.remedy
