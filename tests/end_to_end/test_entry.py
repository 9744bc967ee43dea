"""`tuneops`: every command under one name, and where each product stands."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import sweep
from tests.end_to_end.desk import Desk
from tests.local_azure.conftest import LocalAzure
from tuneops.commands import entry


@pytest.mark.parametrize("name", entry.COMMANDS)
def test_every_command_is_that_of_its_script(name: str) -> None:
    script, command = entry.COMMANDS[name]
    shown = CliRunner().invoke(entry.main, [name, "--help"]).output
    if str(entry.SCRIPTS) not in sys.path:
        sys.path.append(str(entry.SCRIPTS))
    own = runpy.run_path(str(entry.SCRIPTS / f"{script}.py"), run_name="loaded")["main"]
    arguments = [command, "--help"] if command else ["--help"]
    expected = CliRunner().invoke(own, arguments).output
    assert shown.partition("\n")[2] == expected.partition("\n")[2]


def test_it_is_installed_under_its_name() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "tuneops", "train", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--train-anyway" in done.stdout
    wrong = CliRunner().invoke(entry.main, ["trian"])
    assert wrong.exit_code == 2


@pytest.fixture
def desk(quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> Desk:
    """Two products of which nothing exists yet, in config/ of the working directory."""
    Path("config").mkdir(exist_ok=True)
    for name in ("alpha", "beta"):
        product = sweep.another_product(folder, name, resource_group=f"rg-{name}")
        (folder / f"config/{name}.yaml").write_text(product.read_text("utf-8"), "utf-8")
    patch.delenv("AZURE_RESOURCE_GROUP", raising=False)
    patch.setenv("TUNEOPS_CONFIG", "config/alpha.yaml")
    return Desk(quick_azure, folder)


def stands() -> dict[str, str | None]:
    """The next command of each product."""
    found = CliRunner().invoke(entry.main, ["--json"])
    assert found.exit_code == 0, found.output
    return {
        each["product"]: each.get("next", each.get("problem")) for each in json.loads(found.output)
    }


def test_alone_it_says_where_each_product_stands(desk: Desk) -> None:
    """Through the whole way of one product, while the other has nothing in Azure."""
    beta = "tuneops provision create"
    assert stands() == {"alpha": "tuneops provision create", "beta": beta}
    desk.done("provision", "create")
    assert stands() == {"alpha": "tuneops train", "beta": beta}
    submitted = desk.done("fine_tune", "submit")
    assert submitted["next"].endswith(" --config config/alpha.yaml")
    assert desk.done("fine_tune", "wait")["next"].startswith("tuneops candidate")
    assert stands()["alpha"] == "tuneops candidate"
    assert desk.done("deploy", "candidate")["next"].startswith("tuneops smoke-test")
    assert stands()["alpha"] == "tuneops smoke-test"
    desk.passes()
    assert stands()["alpha"] == "tuneops promote"
    desk.done("deploy", "promote", "--approved-by", "ana")
    assert stands() == {"alpha": None, "beta": beta}
    assert "nothing: it is in production" in CliRunner().invoke(entry.main, []).output
    Path("config/beta.yaml").write_text("product: beta\n", "utf-8")
    assert "azure: is missing" in str(stands()["beta"])
