"""Artifacts in a folder: STAND_IN_ARTIFACTS/<run>/<name>/<files>."""

import os
import shutil
import sys
from pathlib import Path


def upload(kept: Path, paths: list[Path]) -> None:
    """As GitHub does: a folder's files without the folder, else the files themselves."""
    kept.mkdir(parents=True, exist_ok=True)
    for path in paths:
        if path.is_dir():
            shutil.copytree(path, kept, dirs_exist_ok=True)
        elif path.exists():
            shutil.copy(path, kept)
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as outputs:
        outputs.write(f"artifact-url=https://github.example/artifacts/{kept.name}\n")


def download(run: Path, name: str, pattern: str, target: Path) -> None:
    """One artifact's files; or a folder each of those that match, which may be none."""
    if not pattern:
        if not (run / name).exists():
            sys.exit(f"no artifact called {name}")
        shutil.copytree(run / name, target, dirs_exist_ok=True)
    for found in run.glob(pattern) if pattern else ():
        shutil.copytree(found, target / found.name, dirs_exist_ok=True)


def main() -> None:
    run = Path(os.environ["STAND_IN_ARTIFACTS"], os.environ["GITHUB_RUN_ID"])
    name = os.environ["ARTIFACT_NAME"]
    paths = [Path(line.strip()) for line in os.environ["ARTIFACT_PATH"].splitlines()]
    if sys.argv[1] == "upload":
        if os.environ["ARTIFACT_ARCHIVE"] == "false":
            [file] = paths  # GitHub takes one file, and names the artifact by it
            name = file.name
        upload(run / name, paths)
    else:
        download(run, name, os.environ["ARTIFACT_PATTERN"], paths[0])


if __name__ == "__main__":
    main()
