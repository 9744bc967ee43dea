"""config/<product>.yaml as checked types."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attack import examples
from tests.conftest import REPOSITORY, ROOT
from tuneops import config, config_types
from tuneops.errors import ConfigError, ExitCode

QWEN = {"model": "Qwen3-32B", "version": "1", "format": "Alibaba", "deployment": "base"}
QWEN["continue_from"] = "other"
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
    assert tienda.base.job_model == "gpt-4o-2024-08-06"
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
        (("base", "sku"), "GlobalStandrad", "base.sku: must be 'Standard'"),
        (("release", "candidate", "sku"), "Developer", "release.candidate.sku: must be"),
        (("fine_tuning", "training_type"), "GlobalStandrad", "fine_tuning.training_type: must be"),
        (("prices", "training_per_million_tokens"), {}, "max_training_cost limits nothing"),
        (("prices", "training_per_million_tokens"), {"Globl": 1}, "must be 'Standard'"),
        (("fine_tuning", "max_training_cost"), float("inf"), "fine_tuning.max_training_cost"),
        (("fine_tuning", "hyperparameters"), {"n_epochs": 0}, "n_epochs: must be at least 1"),
        (("fine_tuning", "hyperparameters"), {"batch_size": -1}, "batch_size: must be at least 1"),
        (
            ("fine_tuning", "hyperparameters"),
            {"learning_rate_multiplier": 0},
            "learning_rate_multiplier: must be more than 0",
        ),
        (("smoke_test", "checks", "language"), "xx", "a language is one of"),
        (("azure", "region"), "../../x", "azure.region"),
        (("base", "continue_from"), "../x", "base.continue_from: must look like"),
        (("base",), QWEN, "Azure trains OpenAI's models alone any further"),
        (("fine_tuning", "method"), "ppo", "fine_tuning.method: must be 'supervised'"),
        (("fine_tuning", "method"), "reinforcement", "needs a grader"),
        (("fine_tuning", "hyperparameters"), {"beta": 0.1}, "beta belongs to method dpo"),
        (("fine_tuning", "response_format"), {}, "response_format belongs to method reinforcement"),
        (("fine_tuning", "grader"), {"type": "nice"}, "'type' must be one of 'string_check'"),
        (("azure", "resource_group"), "a/b", "azure.resource_group"),
        (("azure", "project"), "a?b", "azure.project"),
        (("azure", "subscription"), "mine", "azure.subscription"),
        (("base", "version"), "1/../2", "base.version"),
        (("data", "training"), "config/t.jsonl", "data: every file must lie in data/tienda/"),
        (("data", "training"), "/proc/self/environ", "data.training: a path goes down"),
        (("data", "training"), "../../etc/passwd", "data.training: a path goes down"),
        (("data", "training"), "data/tienda/../../x", "data.training: a path goes down"),
        (("data", "training"), "proposal/data/tienda/t.jsonl", "must lie in data/tienda/"),
        (("data", "training"), "data/other/t.jsonl", "must lie in data/tienda/"),
        (("data", "training"), "data/tienda/validation.jsonl", "a file is named twice"),
        (("data", "training"), "data/tienda/a\0b", "data.training: a path goes down"),
        (("rules",), {"exceptions": "data/tienda/x.yaml"}, "exceptions are configuration"),
        (("rules",), {"exceptions": "/etc/x.yaml"}, "rules.exceptions: a path goes down"),
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
    monkeypatch.setenv("AZURE_RESOURCE_GROUP", "../x")
    with pytest.raises(ConfigError, match="no name of a resource group"):
        config.load(TIENDA)


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
    assert config_types.parse_duration(text) == span


@pytest.mark.attack
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("product: a\nproduct: b\n", "line 2: the key 'product' is there twice"),
        ("a: &a [x]\nb: *a\n", "anchors and aliases"),
        ("<<: {product: a}\n", "merge keys"),
        ("product: !!python/name:os.system\n", "tags are not read"),
        ("[" * 100_000, "levels deep"),
        ("- " * 20_000, "levels deep"),
        ("a: " + "1" * 5_000, "digits"),
        ("a: 0x" + "f" * 5_000, "digits"),
        ("a: 2026-99-99\n", "month must be"),
        ('a: "\\ud800"\n', "surrogate"),
        ("? [a]\n: 1\n", "a key is text"),
        ("#" + "x" * 1_000_000, "more than 1,000,000 bytes"),
    ],
    ids=range(12),
)
def test_yaml_that_is_more_than_plain_ends_with_2(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=sentence) as refused:
        config.load(path)
    assert refused.value.exit_code == ExitCode.USAGE


def _places(document: Any, *above: str | int) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401
    """Every place of a document, by its keys."""
    inner = document.items() if isinstance(document, dict) else ()
    for key, value in inner:
        yield (*above, key)
        yield from _places(value, *above, key)


DOCUMENT = yaml.safe_load(TIENDA.read_text(encoding="utf-8"))
ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.dates(),
        st.sampled_from(["../x", "/etc/passwd", "${HOME}", "{0.__class__}", "pydoc:pipepager"]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.attack
@settings(max_examples=examples(60))
@given(place=st.sampled_from(sorted(_places(DOCUMENT), key=str)), value=ANYTHING)
def test_whatever_a_value_is_the_configuration_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[str, ...], value: object
) -> None:
    """What is read keeps its data in its place, whatever was changed."""
    with suppress(ConfigError):
        read = config.load(broken(tmp_path_factory.getbasetemp(), *place, value=value))
        for file in read.data.files:
            assert file.as_posix().startswith(f"data/{read.product}/")


@pytest.mark.attack
@settings(max_examples=examples(100))
@given(st.one_of(st.binary(max_size=80), st.text("ab:-[]{}&*!|>#? \n\t'\"<", max_size=80)))
def test_whatever_the_bytes_are_the_configuration_is_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes | str
) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError):
        config.load(path)


@pytest.mark.attack
@pytest.mark.parametrize("path", ["../x.yaml", "config/../x.yaml", "config/A.yaml", "/etc/x.yaml"])
def test_what_a_workflow_makes_of_its_inputs_leads_nowhere_else(path: str) -> None:
    """TUNEOPS_CONFIG is `config/<input>.yaml` there: a-z, 0-9 and hyphens."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/fine_tune.py"), "status"],
        env=os.environ | {"TUNEOPS_CONFIG": path, "GITHUB_ACTIONS": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == ExitCode.USAGE
    assert "TUNEOPS_CONFIG" in done.stderr
