"""The arrows between rooms, drawn from the code: none runs up, and none runs in a circle."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
FLOORS = (
    ("tunelint", "local_azure"),
    ("tuneops", "travel_checks"),
    ("rehearsal",),
)
# Of tuneops, from the ground up: a room imports from rooms further down, or from itself.
ROOMS = (
    ("errors",),
    ("config_files",),
    (
        "escaping",
        "fitting",
        "limits",
        "waiting",
        "git",
        "confirmation",
        "approvals",
        "signals",
        "stopping",
    ),
    ("tags", "display", "checks", "config_errors", "config_types"),
    ("data_settings",),
    ("github", "azure", "methods"),
    ("config",),
    ("names", "pricing", "name_collisions"),
    ("products",),
    ("new_product",),
    ("console",),
    ("linting", "provision"),
    ("training", "cleanup"),
    ("smoke",),
    ("release",),
    ("review",),
    ("pull_request", "doctor", "playground"),
    ("commands",),
)
NARRATION = {"tuneops.console"}


@cache
def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): path
        for path in SOURCE.rglob("*.py")
    }


def imports(path: Path) -> Iterator[str]:
    """Every module of ours that a file imports when it runs, inside functions too.

    The face of a package runs before a room of it does.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        id(inside)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for inside in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{path} imports relatively"
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name in modules())


@cache
def arrows() -> dict[str, frozenset[str]]:
    return {name: frozenset(imports(path)) - {name} for name, path in modules().items()}


def room(module: str) -> str:
    return module.split(".")[1]


def floors() -> dict[str, int]:
    return {package: floor for floor, packages in enumerate(FLOORS) for package in packages}


def test_every_package_has_a_floor_and_every_room_of_the_library_a_place() -> None:
    assert {name.split(".")[0] for name in modules()} == set(floors())
    rooms = {room(name) for name in modules() if name.startswith("tuneops.")}
    assert rooms == {name for floor in ROOMS for name in floor}


@pytest.mark.parametrize("module", sorted(modules()))
def test_no_import_leads_to_a_higher_floor(module: str) -> None:
    mine = module.split(".", maxsplit=1)[0]
    for target in arrows()[module]:
        theirs = target.split(".")[0]
        assert mine == theirs or floors()[theirs] < floors()[mine], target


def test_no_room_of_the_library_imports_from_one_that_stands_higher() -> None:
    height = {name: floor for floor, names in enumerate(ROOMS) for name in names}
    upwards = [
        f"{module} -> {target}"
        for module, targets in arrows().items()
        for target in targets
        if module.startswith("tuneops.") and target.startswith("tuneops.")
        if room(module) != room(target) and height[room(target)] >= height[room(module)]
    ]
    assert upwards == []


def test_no_files_import_each_other_in_a_circle() -> None:
    """A file on a circle can be reached from what it imports."""
    on_circle = [name for name in modules() if name in _reached_from(arrows()[name])]
    assert on_circle == []


def _reached_from(starts: frozenset[str]) -> set[str]:
    seen, left = set(starts), list(starts)
    while left:
        new = arrows()[left.pop()] - seen
        seen |= new
        left += new
    return seen


def test_only_commands_narrate() -> None:
    """The rest of the library returns facts."""
    talking = [
        f"{module} -> {target}"
        for module, targets in arrows().items()
        for target in targets & NARRATION
        if not module.startswith(("tuneops.commands.", "rehearsal."))
    ]
    assert talking == []
