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


def main() -> None:
    kept = Path(os.environ["STAND_IN_ARTIFACTS"], os.environ["GITHUB_RUN_ID"])
    kept /= os.environ["ARTIFACT_NAME"]
    paths = [Path(line.strip()) for line in os.environ["ARTIFACT_PATH"].splitlines()]
    if sys.argv[1] == "upload":
        upload(kept, paths)
    elif kept.exists():
        shutil.copytree(kept, paths[0], dirs_exist_ok=True)
    else:
        sys.exit(f"no artifact called {kept.name}")


if __name__ == "__main__":
    main()
