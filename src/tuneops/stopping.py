"""What a command leaves behind when Ctrl-C ends it, and how to take it up again."""

from pathlib import Path

from tuneops.errors import StillRunningError

_AGAIN = "Run the same command again: it finds what was done and does the rest."
_UNKNOWN = ("What it had done until then stays.", _AGAIN)
# What goes on or stays half-done, and what to do; by script and command.
_LEFT: dict[tuple[str, str | None], tuple[str, str]] = {
    ("fine_tune", "submit"): (
        "Uploaded files stay; a job that was created trains on and costs money.",
        f"{_AGAIN} 'fine_tune.py status' shows a job, 'fine_tune.py cancel' ends it.",
    ),
    ("deploy", "candidate"): (
        (
            "Azure finishes a deployment that was begun; a candidate costs by the hour until "
            "clean-up takes it."
        ),
        f"{_AGAIN} 'deploy.py show' lists what is deployed.",
    ),
    ("deploy", "promote"): (
        "Production is what it was; the candidate goes on costing by the hour.",
        _AGAIN,
    ),
    ("deploy", "rollback"): (
        "Azure finishes a deployment that was begun, so production may serve either model.",
        f"Look with 'deploy.py show'. {_AGAIN}",
    ),
    ("deploy", "retire"): (
        "What is still deployed goes on costing by the hour.",
        f"{_AGAIN} 'deploy.py show' lists what is deployed.",
    ),
    ("provision", "create"): (
        "Azure finishes what was begun; deployments cost by use, fine-tuned ones by the hour.",
        _AGAIN,
    ),
    ("smoke_test", "run"): (
        (
            "The answers so far are paid for, and there is no verdict; a candidate goes on "
            "costing by the hour."
        ),
        "Run the same command again, or wait until clean-up takes the candidate.",
    ),
    ("cleanup", "apply"): (
        (
            "Deletions that were begun go on, marks that were set stay, and what was not reached "
            "goes on costing money."
        ),
        "Run 'cleanup.py apply' with the same plan again, or make a new one.",
    ),
    ("cleanup", "purge"): ("A purge that was begun goes on.", _AGAIN),
}


def stopped(script: str, command: str | None) -> StillRunningError:
    """``script`` is its file, ``command`` None where the script is one command."""
    left, remedy = _LEFT.get((Path(script).stem, command), _UNKNOWN)
    return StillRunningError(f"Stopped by Ctrl-C. {left}", remedy=remedy)
