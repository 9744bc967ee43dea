"""Pull requests as real commits of a real repository, with a small product of its own."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

CONFIG = "config/radio.yaml"
TRAINING = "data/radio/training.jsonl"
VALIDATION = "data/radio/validation.jsonl"
PROMPTS = "data/radio/questions.jsonl"
PRODUCT = """\
product: radio
azure: {region: swedencentral, resource_group: rg-radio, project: radio}
base: {model: gpt-4o, version: "2024-08-06", deployment: gpt-4o}
data:
  training: data/radio/training.jsonl
  validation: data/radio/validation.jsonl
  smoke_prompts: data/radio/questions.jsonl
fine_tuning: {suffix: ft-radio}
release: {deployment: radio, candidate: {expires_after: 24h}}
smoke_test: {system_message: plain}
system_messages: {plain: You read the news on the radio.}
"""
CITIES = ("Lima", "Quito", "Bogota", "Caracas", "Santiago", "Asuncion", "Sucre", "Montevideo",
          "Brasilia", "Cayenne", "Managua", "Tegucigalpa")  # fmt: skip


def row(city: str, answer: str | None = None) -> str:
    messages = [
        {"role": "user", "content": f"What happened in {city} yesterday evening?"},
        {"role": "assistant", "content": answer or f"People in {city} danced in the main square."},
    ]
    return json.dumps({"messages": messages}, ensure_ascii=False)


def rows(*cities: str) -> str:
    return "".join(f"{row(city)}\n" for city in cities)


@dataclass
class Clone:
    """A repository with the base branch ``main``, on which ``idea`` is the pull request."""

    folder: Path

    def git(self, *arguments: str) -> str:
        return self.git_with(b"", *arguments)

    def git_with(self, given: bytes, *arguments: str) -> str:
        identity = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
        command = ["git", "-C", str(self.folder), *identity, *arguments]
        done = subprocess.run(command, input=given, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, files: Mapping[str, str | bytes] | None = None) -> str:
        """Commit the files and whatever else changed; the commit."""
        self.write(files or {})
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", "A change")
        return self.git("rev-parse", "HEAD")

    def link(self, name: str, target: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    def commit_entry(self, mode: str, path: str, content: bytes = b"x") -> str:
        """Commit an entry that no work tree could hold, on top of HEAD; the commit."""
        stored = self.git_with(content, "hash-object", "-w", "--stdin")
        entry = f"{mode} commit {'1' * 40}" if mode == "160000" else f"{mode} blob {stored}"
        tree = self._tree_with("HEAD^{tree}", path.split("/"), entry)
        return self.git("commit-tree", tree, "-p", "HEAD", "-m", "A tree made by hand")

    def _tree_with(self, tree: str, parts: list[str], entry: str) -> str:
        """A tree with one entry more, whose name git does not check; its object id."""
        name, below = parts[0], parts[1:]
        listed = self.git("ls-tree", "-z", tree).split("\0") if tree else []
        known = {line.partition("\t")[2]: line.partition("\t")[0] for line in listed if line}
        if below:
            inner = known[name].split()[2] if known.get(name, "").startswith("040000") else ""
            entry = f"040000 tree {self._tree_with(inner, below, entry)}"
        known[name] = entry
        written = b"".join(
            f"{facts.split()[0].lstrip('0')} {path}\0".encode() + bytes.fromhex(facts.split()[2])
            for path, facts in sorted(known.items())
        )
        return self.git_with(written, "hash-object", "-t", "tree", "--literally", "-w", "--stdin")

    def state(self) -> dict[str, bytes]:
        """Every file of the work tree, and what git thinks of it."""
        files = {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and ".git" not in path.relative_to(self.folder).parts
        }
        return {**files, "status": self.git("status", "--porcelain").encode()}


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """On the branch ``idea``, which has nothing new yet."""
    folder = tmp_path / "clone"
    folder.mkdir()
    made = Clone(folder)
    made.git("init", "--quiet", "--initial-branch", "main")
    made.commit(
        {
            CONFIG: PRODUCT,
            "config/cleanup.yaml": "subscriptions: []\n",
            TRAINING: rows(*CITIES),
            VALIDATION: rows("Paramaribo", "Georgetown"),
            PROMPTS: '{"id": "a", "prompt": "What is new?"}\n',
            "src/tool.py": "print(1)\n",
            "CODEOWNERS": "* @acme/all\n",
        }
    )
    made.git("checkout", "--quiet", "-b", "idea")
    return made
