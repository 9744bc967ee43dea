"""What git remembers, read from its objects; nothing of a commit is checked out or run."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tuneops.errors import ConfigError, TuneopsError

_COMMIT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/~^-]*")
_NONE = "0" * 40  # what GitHub calls the commit before a branch's first
_REGULAR = {"100644", "100755"}


@dataclass(frozen=True)
class Entry:
    """A file at a commit; mode and object id are git's, the size is in bytes."""

    path: str
    mode: str
    object_id: str
    size: int

    @property
    def regular(self) -> bool:
        return self.mode in _REGULAR


class History:
    """The commits of one clone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def knows(self, commit: str) -> bool:
        if not _COMMIT.fullmatch(commit) or commit == _NONE:
            return False
        return self._run("cat-file", "-e", f"{commit}^{{commit}}").returncode == 0

    def changed_paths(self, base: str, head: str, *, deleted: bool = True) -> list[str]:
        """What differs between two commits; a renamed file is one path gone and one new.

        With ``deleted`` false, only what head has.

        Raises:
            ConfigError: One of them is no commit of this clone.
        """
        self._require(base, head)
        which = () if deleted else ("--diff-filter=d",)
        raw = self._git("diff-tree", "-r", "-z", "--no-renames", "--name-only", *which, base, head)
        return [_text(path) for path in raw.split(b"\0") if path]

    def merge_base(self, base: str, head: str) -> str:
        """The commit that head's branch was made from.

        Raises:
            ConfigError: They have no commit in common, or several that are equally near: then
                what the branch changes depends on which of them is asked.
        """
        self._require(base, head)
        found = self._git("merge-base", "--all", base, head).decode().split()
        if len(found) != 1:
            raise ConfigError(
                f"'{head}' left '{base}' at {len(found)} commits.",
                remedy="Rebase the branch, so that it says what it changes.",
            )
        return found[0]

    def entries(self, commit: str, *folders: str) -> list[Entry]:
        """All files under the folders at a commit."""
        self._require(commit)
        raw = self._git("ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", *folders)
        return [_entry(line) for line in raw.split(b"\0") if line]

    def content(self, entry: Entry) -> bytes:
        """A file's bytes, without any filter applied."""
        return self._git("cat-file", "blob", entry.object_id)

    def uncommitted(self, *folders: str) -> list[str]:
        """Files under the folders whose work tree differs from HEAD; a bare clone has none."""
        if self._run("rev-parse", "--is-inside-work-tree").stdout.strip() != b"true":
            return []
        raw = self._git("status", "--porcelain", "-z", "--no-renames", "--", *folders)
        return [_text(line[3:]) for line in raw.split(b"\0") if line]

    def commits(self, until: str, paths: list[str], limit: int) -> list[str]:
        """The latest commits up to ``until`` that changed one of the paths, newest first."""
        self._require(until)
        found = self._git(
            "log", "--first-parent", f"--max-count={limit}", "--format=%H", until, "--", *paths
        )
        return found.decode().split()

    def _require(self, *commits: str) -> None:
        for commit in commits:
            if not self.knows(commit):
                raise ConfigError(
                    f"'{commit}' is no commit that this clone has.",
                    remedy="Check its name, and fetch the whole history (fetch-depth: 0).",
                )

    def _git(self, *arguments: str) -> bytes:
        done = self._run(*arguments)
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip()
            raise ConfigError(
                f"git {arguments[0]} failed: {reason}", remedy="Check the commits and paths."
            )
        return done.stdout

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        command = ["git", "--no-replace-objects", "-C", str(self._folder), *arguments]
        try:
            return subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - fixed verbs, checked commits
        except OSError as error:
            raise TuneopsError("git cannot be run.", remedy="Install git.") from error


def _text(path: bytes) -> str:
    return path.decode(errors="surrogateescape")


def _entry(line: bytes) -> Entry:
    facts, _, path = line.partition(b"\t")
    mode, _, object_id, size = facts.decode().split()
    return Entry(_text(path), mode, object_id, int(size) if size.isdigit() else 0)
