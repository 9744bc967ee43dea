"""What the tags say of the commit that something was made from."""

import subprocess
from pathlib import Path

import pytest

from tuneops.release import model_card
from tuneops.tags import GIT_SHA, new_tags


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with one commit."""
    monkeypatch.delenv("GITHUB_SHA", raising=False)
    monkeypatch.chdir(tmp_path)
    git("init", "--quiet")
    (tmp_path / "training.jsonl").write_text("{}\n", encoding="utf-8")
    git("add", "--all")
    identity = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
    git(*identity, "commit", "--quiet", "--message", "Data")
    return tmp_path


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)  # noqa: S607
    return done.stdout.strip()


@pytest.mark.parametrize("file", ["training.jsonl", "validation.jsonl"])
def test_a_commit_that_lacks_what_was_trained_is_not_named_as_if_it_had_it(
    tree: Path, file: str
) -> None:
    head = git("rev-parse", "HEAD")
    assert new_tags("tienda")[GIT_SHA] == head
    (tree / file).write_text('{"a": 1}\n', encoding="utf-8")
    assert new_tags("tienda")[GIT_SHA] == f"{head}-dirty"
    assert model_card.commit(f"{head}-dirty") == f"{head}, with changes that were not committed"
    assert model_card.commit(head) == head


def test_outside_of_a_clone_no_commit_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_SHA", raising=False)
    monkeypatch.chdir(tmp_path)
    assert GIT_SHA not in new_tags("tienda")
