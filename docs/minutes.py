"""Jobs and billed minutes of each event, counted from the workflow files."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuneops.doctor.workflow_files import WorkflowFile, read

WAIT_MINUTES = 30  # TUNEOPS_WAIT_MINUTES where it is not set
LOOK_EVERY_MINUTES = 20
NIGHTS, MONDAYS, DOCTORS = 31, 5, 2  # the longest month
PRICE = 0.006  # US dollars a minute of a Linux runner with two cores (GitHub, 2026)

# Seconds, and where they are from.
CHECKOUT = 2
SETUP = 6
START = 3
MEASURED: tuple[tuple[str, str, str], ...] = (
    ("install what runs with uv, packages in its cache", "0.9 s", "measured, 55 packages"),
    ("the same with pip", "14 s", "measured"),
    ("install the tools of tests as well, with uv", "1.5 s", "measured, 113 packages"),
    ("install this project, editable", "0.5 s", "measured; as a wheel 0.6 s"),
    ("check out", f"{CHECKOUT} s", "estimated"),
    ("set up Python and uv, and install from the cache", f"{SETUP} s", "estimated"),
    ("start a script and sign in", f"{START} s", "measured on the local Azure"),
    ("lint and types", "60 s", "estimated"),
    ("tests on one Python", "300 s", "estimated"),
)


@dataclass(frozen=True)
class Work:
    """Jobs of one kind in an event: how many run, and the seconds of work in each."""

    file: str
    job: str
    seconds: float = START
    times: int = 1

    @property
    def minutes(self) -> int:
        """Each job's time is rounded up to a whole minute (GitHub, billing for private repos)."""
        return self.times * math.ceil((CHECKOUT + SETUP + self.seconds) / 60)


def _merge(training_minutes: float) -> list[Work]:
    waited = min(training_minutes, WAIT_MINUTES)
    looks = math.ceil(max(0, training_minutes - WAIT_MINUTES) / LOOK_EVERY_MINUTES)
    ended = [Work("reconcile.yml", "look", times=looks), Work("reconcile.yml", "tell")]
    return [
        Work("fine-tune.yml", "products"),
        Work("fine-tune.yml", "train", seconds=20 + waited * 60),
        Work("fine-tune.yml", "follow"),
        *(ended if looks else []),
    ]


_DATA = [
    Work("ci.yml", "changes", seconds=1),
    Work("validate-data.yml", "validate", seconds=12),
    Work("comment.yml", "comment"),
]
_IDLE = [
    Work("cleanup.yml", "plan", seconds=10, times=NIGHTS),
    Work("cleanup.yml", "tell", times=MONDAYS),
    Work("doctor.yml", "doctor", seconds=10, times=DOCTORS),
]
# The minutes before (2026-12-01): with pip, two or three jobs more, and a look every 15 minutes.
EVENTS: Mapping[str, tuple[Sequence[Work], str]] = {
    "pull request of data": (_DATA, "6"),
    "pull request of code": (
        [*_DATA, Work("ci.yml", "lint", seconds=60), Work("ci.yml", "test", seconds=300, times=4)],
        "43",
    ),
    "merge that trains for 20 minutes": (_merge(20), "25"),
    "merge that trains for 6 hours": (_merge(360), "85"),
    "release": (
        [Work("release.yml", "candidate", seconds=600), Work("release.yml", "deploy", seconds=600)],
        "22",
    ),
    "night in which nothing is due": ([Work("cleanup.yml", "plan", seconds=10)], "4"),
    "month in which nothing happens": (_IDLE, "3,100"),
}


_INTRODUCTION = """\
# What the workflows cost in minutes

GitHub bills a private repository for each job's time, rounded up to a whole minute; a job that is
skipped, or that waits for an approval, costs nothing. Public repositories pay nothing.

| event | jobs | minutes | before |
|---|---|---|---|
"""
_WAITING = """
A release is counted with ten minutes for each comparison of models: the pace of requests, which is
the deployment's quota, is what takes the time.

## Waiting, or looking again

While a job is trained, fine-tune.yml waits for {wait} minutes (`TUNEOPS_WAIT_MINUTES`), then
reconcile.yml looks every {every}. An hour of waiting is 60 minutes ({waiting:.2f} US dollars), an
hour of looking {looks} ({looking:.2f}). Who waits sees the end at once, who looks {half} minutes
later on average. Azure publishes no times of training: {wait} minutes is what we take half of the
small jobs to need, the queue included.

## What a job takes

| step | time | from |
|---|---|---|
"""


def page() -> str:
    """The page, if the workflows have the jobs and the times that are counted here."""
    _check(read())
    rows = (
        f"| {name} | {_jobs(works)} | **{sum(work.minutes for work in works)}** | {before} |"
        for name, (works, before) in EVENTS.items()
    )
    looks = math.ceil(60 / LOOK_EVERY_MINUTES)
    waiting = _WAITING.format(
        wait=WAIT_MINUTES,
        every=LOOK_EVERY_MINUTES,
        half=LOOK_EVERY_MINUTES // 2,
        waiting=60 * PRICE,
        looks=looks,
        looking=looks * PRICE,
    )
    measured = "".join(f"| {step} | {time} | {source} |\n" for step, time, source in MEASURED)
    return _INTRODUCTION + "\n".join(rows) + "\n" + waiting + measured


def _jobs(works: Sequence[Work]) -> str:
    return ", ".join(
        f"{work.file}: {work.job}{f' ({work.times} times)' if work.times > 1 else ''}"
        for work in works
    )


def _check(files: Sequence[WorkflowFile]) -> None:
    by_name = {file.file: file for file in files}
    for works, _ in EVENTS.values():
        for work in works:
            by_name[work.file].jobs[work.job]
    steps = by_name["fine-tune.yml"].jobs["train"]["steps"]
    waits = [step["env"]["MINUTES"] for step in steps if "MINUTES" in step.get("env", {})]
    if by_name["reconcile.yml"].crons != [f"*/{LOOK_EVERY_MINUTES} * * * *"] or not all(
        f"|| '{WAIT_MINUTES}'" in wait for wait in waits
    ):
        raise ValueError("the workflows wait and look at other times than docs/minutes.py counts")
