"""config/<product>.yaml as checked types."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY
from tuneops import config
from tuneops.errors import ConfigError, ExitCode

TIENDA = REPOSITORY / "config/tienda.yaml"


def broken(tmp_path: Path, *keys: str, value: object) -> Path:
    """The shipped configuration with one value changed or added."""
    document: Any = yaml.safe_load(TIENDA.read_text(encoding="utf-8"))
    section = document
    for key in keys[:-1]:
        section = section[key]
    section[keys[-1]] = value
    path = tmp_path / "product.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def test_the_shipped_configuration_is_the_documented_product() -> None:
    tienda = config.load(TIENDA)
    assert tienda.base.dated_name == "gpt-4o-2024-08-06"
    assert (tienda.base.sku, tienda.base.capacity) == ("GlobalStandard", 50)
    assert (tienda.release.sku, tienda.release.capacity) == ("Standard", 50)
    assert tienda.release.candidate_deployment == "tienda-candidate"
    assert list(tienda.system_messages) == ["none", "simple", "tienda"]


@pytest.mark.parametrize(
    ("keys", "value", "sentence"),
    [
        (("azure", "regoin"), "x", "azure.regoin: unknown key (did you mean 'region'?)"),
        (("prodct",), "x", "prodct: unknown key (did you mean 'product'?)"),
        (("release", "candidate", "skuu"), "x", "did you mean 'sku'?"),
        (("fine_tuning", "suffix"), "has a dot.", "a suffix has letters"),
        (("fine_tuning", "suffix"), "x" * 28, "at most 27"),
        (("release", "deployment"), "with space", "a deployment's name has"),
        (("release", "deployment"), "gpt-4o", "must have different names"),
        (("release", "candidate", "expires_after"), "0h", "longer than zero"),
        (("release", "candidate", "expires_after"), "soon", "written like 7d"),
        (("smoke_test", "system_message"), "travle", "no system message called 'travle'"),
        (("base", "capacity"), 0, "base.capacity"),
    ],
)
def test_a_breach_is_named_with_its_place(
    tmp_path: Path, keys: tuple[str, ...], value: object, sentence: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        config.load(broken(tmp_path, *keys, value=value))
    assert sentence in str(refused.value)
    assert refused.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("", "holds no configuration"), ("- a", "holds no configuration"), ("a: [", "is not YAML")],
)
def test_what_is_no_configuration_is_refused(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=sentence):
        config.load(path)


def test_a_missing_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path / "absent.yaml")


def test_the_environment_overrides_the_resource_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_RESOURCE_GROUP", "rg-mine")
    assert config.load(TIENDA).azure.resource_group == "rg-mine"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("7d", timedelta(days=7)),
        ("36h", timedelta(hours=36)),
        ("1h30m", timedelta(minutes=90)),
        ("45s", timedelta(seconds=45)),
    ],
)
def test_durations(text: str, span: timedelta) -> None:
    assert config.parse_duration(text) == span
