"""What to run after a command."""

from pathlib import Path

from tuneops import config_files


def after(path: Path, command: str) -> dict[str, str]:
    """A fact that names the next command, with the configuration where there are several."""
    alone = config_files.the_one() == path
    return {"next": f"tuneops {command}{'' if alone else f' --config {path.as_posix()}'}"}
