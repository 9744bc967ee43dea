"""A product removed on the same day: what is its own goes, what is another's stays."""

import signal
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot fork", allow_module_level=True)

from tests.end_to_end import sweep
from tests.end_to_end.desk import Desk
from tests.end_to_end.pipeline import Cut, start_script
from tests.local_azure.conftest import LocalAzure

LOCK = "Microsoft.Authorization/locks/keep?api-version=2020-05-01"
FREE = {"account_seconds": 0.0, "project_seconds": 0.0, "file_seconds": 0.0}


@pytest.fixture
def desk(quick_azure: LocalAzure, folder: Path, patch: pytest.MonkeyPatch) -> Desk:
    patch.delenv("AZURE_RESOURCE_GROUP", raising=False)
    quick_azure.admin("PATCH", "settings", FREE)
    return Desk(quick_azure, folder)


def product(desk: Desk, patch: pytest.MonkeyPatch, folder: Path, name: str, **azure: str) -> None:
    """A product in production, with a candidate beside it."""
    azure.setdefault("resource_group", f"rg-{name}")
    config = sweep.another_product(folder, name, deployment=name, without=0, **azure)
    patch.setenv("TUNEOPS_CONFIG", str(config))
    desk.train()
    desk.release()
    desk.done("deploy", "candidate")


def groups(desk: Desk) -> set[str]:
    return {group.name for group in desk.azure.groups().resource_groups.list()}


def held_names(desk: Desk) -> list[str]:
    return [account.name for account in desk.azure.cognitive().deleted_accounts.list()]


def test_all_of_a_product_goes_and_no_name_is_held(
    desk: Desk, folder: Path, patch: pytest.MonkeyPatch
) -> None:
    """The same product can be created again at once."""
    product(desk, patch, folder, "alone")
    unasked = desk.run("product", "teardown")
    assert unasked.refused(2, "Nobody can consent here")
    (would,) = desk.done("product", "teardown", "--dry-run")
    assert sorted(would["deployments"]) == ["alone", "alone-candidate", "gpt-4o"]
    assert (would["resource_group"], len(would["jobs"]), len(would["files"])) == ("rg-alone", 1, 2)
    assert "rg-alone" in groups(desk)
    desk.done("product", "teardown", "--yes")
    assert "rg-alone" not in groups(desk)
    assert held_names(desk) == []
    (nothing,) = desk.done("product", "teardown", "--yes")
    assert nothing["deleted"] is False
    desk.done("provision", "create")
    desk.done("product", "teardown", "--yes")


def test_what_another_product_lives_in_stays_and_is_named(
    desk: Desk, folder: Path, patch: pytest.MonkeyPatch
) -> None:
    shared = {"resource_group": "rg-both", "account": "tuneops-both"}
    for name in ("stays", "goes"):
        product(desk, patch, folder, name, **shared)
    both = folder / "goes"
    (both / "stays-0.yaml").write_text((folder / "stays/stays-0.yaml").read_text("utf-8"), "utf-8")
    (would,) = desk.done("product", "teardown", "--dry-run")
    assert would["account"] is would["resource_group"] is None
    assert would["kept"][0] == "account tuneops-both: product 'stays' lives in it"
    assert would["kept"][1].startswith("resource group rg-both: its tags do not say")
    (gone,) = desk.done("product", "teardown", "--yes")
    assert sorted(gone["deployments"]) == ["goes", "goes-candidate"]
    patch.setenv("TUNEOPS_CONFIG", str(folder / "stays/stays-0.yaml"))
    assert desk.production() is not None
    assert len(desk.done("fine_tune", "list")) == 1


def test_a_group_that_holds_something_else_stays(
    desk: Desk, folder: Path, patch: pytest.MonkeyPatch
) -> None:
    product(desk, patch, folder, "guest")
    foreign: Any = {
        "location": "swedencentral",
        "kind": "AIServices",
        "sku": {"name": "S0"},
        "properties": {"customSubDomainName": "somebody-elses"},
    }
    accounts = desk.azure.cognitive().accounts
    accounts.begin_create("rg-guest", "somebody-elses", foreign).result()
    (gone,) = desk.done("product", "teardown", "--yes")
    assert gone["resource_group"] is None
    assert "accounts somebody-elses in it is not this product's" in gone["kept"][0]
    assert [account.name for account in accounts.list_by_resource_group("rg-guest")] == [
        "somebody-elses"
    ]
    assert held_names(desk) == []


def test_a_lock_refuses_before_anything_is_gone(
    desk: Desk, folder: Path, patch: pytest.MonkeyPatch
) -> None:
    product(desk, patch, folder, "locked")
    path = f"/subscriptions/{desk.azure.subscription}/resourceGroups/rg-locked/providers/{LOCK}"
    body = {"properties": {"level": "CanNotDelete"}}
    assert desk.azure.request("PUT", path, body, token=desk.azure.token()).status == 201
    assert desk.run("product", "teardown", "--yes").refused(3, "The lock", "Nothing was changed")
    assert len(desk.done("deploy", "show")) == 3


@pytest.mark.parametrize("at", range(8, 40, 1 if sweep.ALL else 16))
def test_killed_at_any_request_it_is_run_again(
    desk: Desk, folder: Path, patch: pytest.MonkeyPatch, at: int
) -> None:
    product(desk, patch, folder, f"cut-{at}")
    cut = Cut(at, after=bool(at % 16), number=signal.SIGKILL)
    start_script(desk.folder, "product", "teardown", "--yes", cut=cut).wait()
    desk.done("product", "teardown", "--yes")
    assert f"rg-cut-{at}" not in groups(desk)
    assert held_names(desk) == []
