"""No string of data or of configuration becomes code: the few places that could are named."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
PACKAGES = ("tuneops", "tunelint", "travel_checks")
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill"}
# Imports by a name: a format that Click's choice allows, and checks that packages registered.
MAY_IMPORT_BY_NAME = {"tunelint/output/__init__.py", "tuneops/checks/entry_points.py"}


def files() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((SOURCE / package).rglob("*.py"))]


def dangers(path: Path) -> Iterator[str]:
    own = path.relative_to(SOURCE).as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            yield from (name for name in names if name.split(".")[0] in FORBIDDEN_MODULES)
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
            yield node.func.id
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if (
            called in {"import_module", "EntryPoint", "entry_points"}
            and own not in MAY_IMPORT_BY_NAME
        ):
            yield called
        shells = [keyword for keyword in node.keywords if keyword.arg == "shell"]
        if shells or ast.unparse(node.func) in {"os.system", "os.popen"}:
            yield "a shell"
        if ast.unparse(node.func) in {"yaml.load", "yaml.safe_load"} and own not in MAY_READ_YAML:
            yield "YAML"


# Of the project's own workflows, whose anchors and `on:` are as GitHub reads them.
MAY_READ_YAML = {"tunelint/yaml_file.py", "tuneops/doctor/workflow_files.py"}


@pytest.mark.attack
def test_no_string_is_run_imported_or_unpickled() -> None:
    found = {str(path): list(dangers(path)) for path in files()}
    assert {path: what for path, what in found.items() if what} == {}


@pytest.mark.attack
def test_no_text_is_a_format_but_one_that_stands_in_the_code() -> None:
    """`text.format(...)` of a text from outside would reach attributes of what is put in."""
    constants = ("_TEMPLATE", "_TASK", "_WORDS[", "words", "example")
    for path in files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of = node.func.value
                if node.func.attr in {"format", "format_map"} and not isinstance(of, ast.Constant):
                    assert ast.unparse(of).startswith(constants), f"{path}: {ast.unparse(node)}"
