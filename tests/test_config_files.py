"""The products that a command finds where nobody names one."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.warm_python import interpreter
from tuneops.config_files import configurations, require_one, the_one
from tuneops.errors import ConfigError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "cleanup.yaml").write_text("groups: {}\n", encoding="utf-8")
    (tmp_path / "config" / "notes.yaml").write_text("a: 1\nnote: 'product: x'\n", encoding="utf-8")
    return tmp_path / "config"


def test_the_only_product_needs_no_naming(folder: Path) -> None:
    (folder / "shop.yaml").write_text("# ours\nproduct: shop\n", encoding="utf-8")
    assert require_one(folder) == the_one(folder) == folder / "shop.yaml"


def test_what_cannot_be_read_is_not_passed_over(folder: Path) -> None:
    (folder / "shop.yaml").write_bytes(b"\xff\xfep")
    assert configurations(folder) == [folder / "shop.yaml"]


@pytest.mark.parametrize("names", [(), ("one", "two")])
def test_none_or_several_must_be_named(folder: Path, names: tuple[str, ...]) -> None:
    for name in names:
        (folder / f"{name}.yaml").write_text(f"product: {name}\n", encoding="utf-8")
    assert the_one(folder) is None
    with pytest.raises(ConfigError) as caught:
        require_one(folder)
    assert all(f"{name}.yaml" in caught.value.remedy for name in names)


def test_a_command_names_the_products_there_are(folder: Path) -> None:
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text(f"product: {name}\n", encoding="utf-8")
    done = subprocess.run(
        [interpreter(), str(ROOT / "scripts" / "fine_tune.py"), "status"],
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "There are several products in config." in done.stderr
    assert "config/one.yaml, config/two.yaml" in " ".join(done.stderr.split())
