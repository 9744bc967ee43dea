"""What a pull request may change, tried with real commits; nothing of a work tree is written."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.pull_request.conftest import (
    CITIES,
    CONFIG,
    PRODUCT,
    PROMPTS,
    TRAINING,
    VALIDATION,
    Clone,
    row,
    rows,
)
from tests.warm_python import interpreter
from tuneops.errors import ConfigError, FindingsError
from tuneops.git import History
from tuneops.pull_request import judged_tree, proposal
from tuneops.pull_request.proposal import Examination, examine, take

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.attack


def examined(clone: Clone, head: str = "idea") -> Examination:
    before = clone.state()
    found = examine(History(clone.folder), "main", head)
    assert clone.state() == before
    return found


def taken(clone: Clone, tmp_path: Path, head: str = "idea") -> dict[str, str]:
    into = tmp_path / "judged"
    take(History(clone.folder), "main", head, "radio", into)
    files = (path for path in into.rglob("*") if path.is_file())
    return {path.relative_to(into).as_posix(): path.read_text("utf-8") for path in files}


def test_a_change_of_data_names_its_product(clone: Clone) -> None:
    clone.commit({TRAINING: rows(*CITIES[1:])})
    assert examined(clone) == Examination(("radio",))


def test_a_change_of_code_names_no_product(clone: Clone) -> None:
    clone.commit({"src/tool.py": "print(2)\n"})
    assert examined(clone) == Examination()


def test_examining_a_dirty_clone_keeps_what_is_not_committed(clone: Clone) -> None:
    """As documented: `examine --clone . --base main --head HEAD`, in the repository itself."""
    clone.commit({TRAINING: rows(*CITIES[1:])})
    clone.write({TRAINING: "days of work\n", "data/radio/new.jsonl": "x\n", CONFIG: "half: done\n"})
    before = clone.state()
    script = str(ROOT / "scripts/pull_request.py")
    where = ("--clone", ".", "--base", "main", "--head", "HEAD")
    done = subprocess.run(
        [interpreter(), script, "examine", "--json", *where],
        cwd=clone.folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["products"] == ["radio"]
    assert clone.state() == before


def test_taking_from_a_dirty_clone_is_refused(clone: Clone, tmp_path: Path) -> None:
    clone.write({TRAINING: "days of work\n"})
    before = clone.state()
    with pytest.raises(ConfigError, match=f"Not committed: {TRAINING}"):
        taken(clone, tmp_path)
    assert clone.state() == before
    assert not (tmp_path / "judged").exists()


def test_nothing_is_overwritten(clone: Clone, tmp_path: Path) -> None:
    kept = tmp_path / "judged" / "mine"
    kept.parent.mkdir()
    kept.write_text("x", encoding="utf-8")
    with pytest.raises(ConfigError, match="is there already"):
        take(History(clone.folder), "main", "idea", "radio", kept.parent)
    assert [path.name for path in kept.parent.iterdir()] == ["mine"]


def test_data_is_judged_by_the_configuration_of_the_base_branch(
    clone: Clone, tmp_path: Path
) -> None:
    """However old the pull request is: what it does not change is as the base branch has it."""
    clone.commit({TRAINING: rows(*CITIES[1:])})
    clone.git("checkout", "--quiet", "main")
    strict = f"{PRODUCT}rules: {{severity: {{duplicate: error}}}}\n"
    clone.commit({CONFIG: strict, "data/radio/validation.jsonl": rows("Belmopan")})
    files = taken(clone, tmp_path)
    assert files[CONFIG] == strict
    assert files["data/radio/validation.jsonl"] == rows("Belmopan")
    assert files[TRAINING] == rows(*CITIES[1:])


def test_a_pull_request_cannot_bring_exceptions_for_its_own_data(
    clone: Clone, tmp_path: Path
) -> None:
    """A change of the exceptions is one of the configuration, which data may not tienda with."""
    clone.git("checkout", "--quiet", "main")
    clone.commit(
        {
            CONFIG: f"{PRODUCT}rules: {{exceptions: config/radio-exceptions.yaml}}\n",
            "config/radio-exceptions.yaml": "[]\n",
        }
    )
    clone.git("checkout", "--quiet", "-B", "idea")
    entry = 'line: "0123456789abcdef", rule: insult, reason: it is funny, who: me'
    excuse = f"- {{{entry}, until: 2026-12-24}}\n"
    clone.commit({TRAINING: rows(*CITIES[1:]), "config/radio-exceptions.yaml": excuse})
    assert examined(clone).mixed == ("configuration",)
    clone.git("reset", "--quiet", "--hard", "main")
    clone.commit({TRAINING: rows(*CITIES[1:]), "data/radio/exceptions.yaml": excuse})
    assert examined(clone).products == ("radio",)
    assert taken(clone, tmp_path)["config/radio-exceptions.yaml"] == "[]\n"


def test_a_change_of_the_exceptions_is_checked_with_its_product(clone: Clone) -> None:
    clone.git("checkout", "--quiet", "main")
    clone.commit(
        {
            CONFIG: f"{PRODUCT}rules: {{exceptions: config/radio-exceptions.yaml}}\n",
            "config/radio-exceptions.yaml": "[]\n",
        }
    )
    clone.git("checkout", "--quiet", "-B", "idea")
    clone.commit({"config/radio-exceptions.yaml": "# none\n[]\n"})
    assert examined(clone) == Examination(("radio",))


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("config/radio.yaml", ("configuration",)),
        ("config/notes.md", ("configuration",)),
        (".github/workflows/validate-data.yml", ("workflows",)),
        ("CODEOWNERS", ("workflows",)),
        (".gitattributes", ("code",)),
        ("src/tool.py", ("code",)),
        (PROMPTS, ("prompts",)),
    ],
)
def test_data_travels_alone(clone: Clone, path: str, kinds: tuple[str, ...]) -> None:
    before = (clone.folder / path).read_text("utf-8") if (clone.folder / path).exists() else ""
    clone.commit({TRAINING: rows(*CITIES[1:]), path: f"{before}\n"})
    assert examined(clone).mixed == kinds
    with pytest.raises(FindingsError, match="together with"):
        examined(clone).check()


def test_prompts_are_what_the_configuration_names_and_not_what_a_file_is_called(
    clone: Clone,
) -> None:
    clone.commit({TRAINING: rows(*CITIES[1:]), "data/radio/smoke_prompts.jsonl": "{}\n"})
    assert examined(clone) == Examination(("radio",))


def test_renaming_the_prompts_does_not_make_data_of_them(clone: Clone) -> None:
    """They are prompts where either side's configuration says so."""
    moved = PRODUCT.replace("questions", "prompts")
    text = (clone.folder / PROMPTS).read_text("utf-8")
    (clone.folder / PROMPTS).unlink()
    clone.commit({CONFIG: moved, "data/radio/prompts.jsonl": text})
    assert examined(clone) == Examination(("radio",))
    clone.commit({TRAINING: rows(*CITIES[1:])})
    assert examined(clone).mixed == ("configuration", "prompts")


NEW = PRODUCT.replace("radio", "press")
NEW_FILES = {
    "config/press.yaml": NEW,
    "data/press/training.jsonl": rows(*CITIES),
    "data/press/validation.jsonl": rows("Paramaribo", "Georgetown"),
    "data/press/questions.jsonl": '{"id": "a", "prompt": "What is in print?"}\n',
    "data/press/README.md": "# Press\n",
}


def test_one_pull_request_may_bring_a_whole_product(clone: Clone) -> None:
    clone.commit(NEW_FILES)
    assert examined(clone) == Examination(("press",))


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        (CONFIG, ("configuration", "prompts")),
        (TRAINING, ("configuration", "prompts")),
        (PROMPTS, ("configuration", "prompts")),
        ("config/cleanup.yaml", ("configuration", "prompts")),
        ("src/tool.py", ("prompts", "configuration", "code")),
        ("CODEOWNERS", ("prompts", "configuration", "workflows")),
    ],
)
def test_a_new_product_comes_with_no_other_change(
    clone: Clone, path: str, kinds: tuple[str, ...]
) -> None:
    before = (clone.folder / path).read_text("utf-8")
    clone.commit({**NEW_FILES, path: f"{before}\n"})
    assert sorted(examined(clone).mixed) == sorted(kinds)


def test_a_new_product_cannot_bring_exceptions_for_another(clone: Clone) -> None:
    """The file of exceptions that it names is another product's already."""
    clone.git("checkout", "--quiet", "main")
    shared = "rules: {exceptions: config/accepted.yaml}\n"
    clone.commit({CONFIG: PRODUCT + shared, "config/accepted.yaml": "exceptions: []\n"})
    clone.git("checkout", "--quiet", "-B", "idea")
    clone.commit(
        {
            **NEW_FILES,
            "config/press.yaml": NEW + shared,
            "config/accepted.yaml": "exceptions: [ ]\n",
        }
    )
    assert "configuration" in examined(clone).mixed


def test_data_of_no_product_is_refused_and_named(clone: Clone) -> None:
    files = {path: text for path, text in NEW_FILES.items() if path.startswith("data/")}
    clone.commit(files)
    found = examined(clone)
    assert set(found.orphaned) == set(files)
    with pytest.raises(FindingsError, match="Data of no product: data/press"):
        found.check()


def test_a_configuration_without_its_files_is_refused_and_names_them(clone: Clone) -> None:
    clone.commit({"config/press.yaml": NEW, "data/press/training.jsonl": rows(*CITIES)})
    found = examined(clone)
    assert found.missing == ("data/press/validation.jsonl", "data/press/questions.jsonl")
    with pytest.raises(FindingsError, match="not there: data/press"):
        found.check()


def test_a_product_may_be_removed_as_a_whole(clone: Clone) -> None:
    for path in (CONFIG, TRAINING, VALIDATION, PROMPTS):
        (clone.folder / path).unlink()
    clone.commit()
    assert examined(clone).mixed == ("configuration", "prompts")


UNFIT = (
    "data/loose.jsonl",
    "data/radio/.gitattributes",
    "data/.gitattributes",
    "config/.hidden.yaml",
    "data/radio/.git/config",
    "data/radio/new\nline.jsonl",
    "data/radio/\u202egnp.jsonl",
    "data/radio/a\\b.jsonl",
    "data/radio/a:b.jsonl",
    "data/radio/trailing.",
    "Data/radio/training.jsonl",
    "DATA/x",
    "config",
    "\uff43onfig/radio.yaml",
    ".GitHub/workflows/x.yml",
    "codeowners",
)


@pytest.mark.parametrize("path", UNFIT)
def test_a_file_without_a_kind_is_refused(clone: Clone, path: str) -> None:
    head = clone.commit_entry("100644", path)
    found = examined(clone, head)
    assert found.unknown == (path,)
    with pytest.raises(FindingsError, match="Not a kind of file"):
        found.check()


def test_removing_a_file_without_a_kind_is_no_offence(clone: Clone) -> None:
    clone.git("checkout", "--quiet", "main")
    clone.commit({"data/radio/.gitkeep": ""})
    clone.git("checkout", "--quiet", "-B", "idea")
    (clone.folder / "data/radio/.gitkeep").unlink()
    clone.commit({TRAINING: rows(*CITIES[1:])})
    assert examined(clone) == Examination(("radio",))


@pytest.mark.parametrize("path", ["../evil", "data/../../evil", "data/radio/..", "data/radio/../x"])
def test_a_path_that_climbs_is_refused_and_written_nowhere(
    clone: Clone, tmp_path: Path, path: str
) -> None:
    head = clone.commit_entry("100644", path)
    found = examined(clone, head)
    assert found.unknown or found == Examination()
    written = taken(clone, tmp_path, head)
    assert not [name for name in written if "evil" in name or name.endswith("/x")]
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path.parent / "evil").exists()


@pytest.mark.parametrize(
    "target", ["/etc/passwd", "../../config/radio.yaml", "validation.jsonl", "/proc/self/environ"]
)
def test_a_link_is_refused_and_not_followed(clone: Clone, tmp_path: Path, target: str) -> None:
    clone.link(TRAINING, target)
    clone.commit()
    assert examined(clone).irregular == (TRAINING,)
    with pytest.raises(ConfigError, match="no regular file"):
        taken(clone, tmp_path)


def test_a_folder_that_is_a_link_or_a_submodule_is_refused(clone: Clone, tmp_path: Path) -> None:
    submodule = clone.commit_entry("160000", "data/radio/more")
    assert examined(clone, submodule).irregular == ("data/radio/more",)
    with pytest.raises(ConfigError, match="no regular file"):
        taken(clone, tmp_path, submodule)
    for mode, path in (("120000", "data"), ("160000", "config")):
        assert examined(clone, clone.commit_entry(mode, path, b"/etc")).unknown == (path,)


def test_a_replaced_object_is_not_what_is_judged(clone: Clone, tmp_path: Path) -> None:
    """`git replace` shows other content for a commit; only what would be merged counts."""
    honest = clone.git("rev-parse", "main")
    evil = clone.commit({TRAINING: row("Lima", "evil") + "\n"})
    clone.git("replace", evil, honest)
    assert "evil" in taken(clone, tmp_path, evil)[TRAINING]


def test_content_is_judged_as_it_is_stored_without_a_filter(clone: Clone, tmp_path: Path) -> None:
    clone.git("checkout", "--quiet", "main")
    clone.commit({".gitattributes": "*.jsonl text eol=crlf ident export-ignore\n"})
    clone.git("checkout", "--quiet", "-B", "idea")
    clone.commit({TRAINING: rows(*CITIES[1:]) + row("$Id$") + "\n"})
    into = tmp_path / "judged"
    take(History(clone.folder), "main", "idea", "radio", into)
    stored = rows(*CITIES[1:]) + row("$Id$") + "\n"
    assert (into / TRAINING).read_bytes() == stored.encode()


def test_a_branch_that_left_at_two_commits_is_refused(clone: Clone) -> None:
    """With two merge bases, what the branch changes would depend on which of them is asked."""
    ours = clone.commit({TRAINING: rows(*CITIES[1:])})
    clone.git("checkout", "--quiet", "main")
    theirs = clone.commit({"src/tool.py": "print(2)\n"})
    clone.git("merge", "--quiet", "--no-ff", "-m", "Into main", ours)
    clone.git("checkout", "--quiet", "idea")
    clone.git("merge", "--quiet", "--no-ff", "-m", "Into idea", theirs)
    with pytest.raises(ConfigError, match="at 2 commits"):
        examine(History(clone.folder), "main", "idea")


@pytest.mark.parametrize("commit", ["--output=x", "-h", "main..idea", "main:config", "", "@{0}"])
def test_what_is_no_commit_is_no_option_either(clone: Clone, commit: str) -> None:
    with pytest.raises(ConfigError, match="no commit"):
        examine(History(clone.folder), "main", commit)


def test_files_that_are_too_many_or_too_large_are_refused(
    clone: Clone, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clone.commit({f"data/radio/{number}.jsonl": "x" * 50 for number in range(20)})
    monkeypatch.setattr(proposal, "MAX_CHANGED_FILES", 19)
    assert "20 files" in examined(clone).too_large
    monkeypatch.setattr(proposal, "MAX_CHANGED_FILES", 3000)
    monkeypatch.setattr(proposal, "MAX_CHANGED_BYTES", 999)
    assert "1,000 bytes" in examined(clone).too_large
    monkeypatch.setattr(judged_tree, "MAX_TRAINING_FILE_BYTES", 49)
    assert "Azure takes 49" in examined(clone).too_large
    with pytest.raises(ConfigError, match="Azure takes 49"):
        taken(clone, tmp_path)


def test_more_products_than_a_matrix_has_jobs_are_refused(
    clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposal, "MAX_PRODUCTS", 2)
    for name in ("north", "south"):
        clone.write({f"config/{name}.yaml": PRODUCT.replace("radio", name)})
    clone.commit({CONFIG: f"# changed\n{PRODUCT}"})
    found = examined(clone)
    assert "3 products" in found.too_large
    assert found.products == ()


def test_a_configuration_that_cannot_be_read_ends_with_a_sentence(clone: Clone) -> None:
    clone.commit({CONFIG: "a: &a [*a]\n"})
    with pytest.raises(ConfigError, match="anchors and aliases"):
        examine(History(clone.folder), "main", "idea")
