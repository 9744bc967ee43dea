"""The workflows as a table and as a picture, both made from their files."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tuneops import products
from tuneops.commands.workflow import RELEASE_WORKFLOW
from tuneops.doctor.workflow_files import WorkflowFile, read
from tuneops.products import Kind, Product

CHANGED = (
    "data/product/training.jsonl",
    "data/product/smoke_prompts.jsonl",
    "config/product.yaml",
    "config/cleanup.yaml",
    "src/tuneops/config.py",
    ".github/workflows/release.yml",
    "CODEOWNERS",
    "README.md",
)
EXAMPLE = Product("product", (), "data/product/smoke_prompts.jsonl")
_JUDGED_AS_DATA = {Kind.DATA, Kind.PROMPTS, Kind.CONFIGURATION}
_BY_PATH = ("pull_request", "push")
_OTHERS = ("schedule", "workflow_dispatch", "workflow_run")
_SHOWN = {
    "pull_request": "pull request",
    "push": "push to main",
    "schedule": "clock",
    "workflow_dispatch": "by hand",
    "workflow_run": "end of another workflow",
}
_START, _END = "<!-- flow: made by `make docs` -->", "<!-- end of flow -->"
_PIPELINE = ("validate-data.yml", "comment.yml", "fine-tune.yml", "reconcile.yml", "release.yml")


def rows() -> Iterator[tuple[str, str, str]]:
    """Event, changed path (empty where none matters), and the jobs that run, as file: jobs."""
    files = read()
    for event in _BY_PATH:
        for path in CHANGED:
            started = [file for file in files if file.triggered_by(event, path)]
            yield event, path, "; ".join(_jobs(file, path) for file in started)
    for event in _OTHERS:
        for file in files:
            if file.triggered_by(event, None):
                yield event, "", _jobs(file, None)


def page() -> str:
    cells = [(_SHOWN[event], f"`{path}`" if path else "", jobs) for event, path, jobs in rows()]
    table = [f"| {event} | {path} | {jobs or 'nothing'} |" for event, path, jobs in cells]
    return "\n".join(
        [
            "# Workflows",
            "",
            "What starts what. A box is a job, an arrow inside a frame is `needs`.",
            "",
            picture(read()),
            "",
            "## Which jobs an event runs",
            "",
            "| event | changed | jobs |",
            "|---|---|---|",
            *table,
            "",
            "A job in brackets runs if there is something for it to do.",
            "",
            "## What each job may do",
            "",
            "| job | environment | permissions of its token |",
            "|---|---|---|",
            *_rights(read()),
            "",
        ]
    )


def in_readme(text: str) -> str:
    """The README with its picture brought up to date."""
    before, _, rest = text.partition(_START)
    _, _, after = rest.partition(_END)
    chosen = [file for file in read() if file.file in _PIPELINE]
    return f"{before}{_START}\n{picture(chosen)}\n{_END}{after}"


def picture(files: Sequence[WorkflowFile]) -> str:
    lines = ["```mermaid", "flowchart LR"]
    for file in files:
        lines += _frame(file)
    for file in files:
        lines += _starts(file, files)
    return "\n".join([*lines, "```"])


def _frame(file: WorkflowFile) -> Iterator[str]:
    yield f'  subgraph {_id(file)}["{file.file}"]'
    for name, job in file.jobs.items():
        gate = f"<br/>environment {job['environment']}" if "environment" in job else ""
        yield f'    {_id(file)}_{name}["{name}{gate}"]'
    for name, job in file.jobs.items():
        yield from (f"    {_id(file)}_{need} --> {_id(file)}_{name}" for need in _needs(job))
    yield "  end"


def _starts(file: WorkflowFile, files: Sequence[WorkflowFile]) -> Iterator[str]:
    for event in ("pull_request", "push", "schedule"):
        if event in file.events:
            yield f'  {event}(["{_SHOWN[event]}"]) --> {_id(file)}'
    awaited = file.events.get("workflow_run", {}).get("workflows", [])
    yield from (f"  {_id(one)} -.-> {_id(file)}" for one in files if one.name in awaited)
    if any(_dispatches(step) for job in file.jobs.values() for step in job["steps"]):
        yield from (
            f"  {_id(file)} -.-> {_id(one)}" for one in files if one.file == RELEASE_WORKFLOW
        )


def _rights(files: Sequence[WorkflowFile]) -> Iterator[str]:
    for file in files:
        for name, job in file.jobs.items():
            rights = ", ".join(f"{key}: {value}" for key, value in job["permissions"].items())
            yield f"| {file.file}: {name} | {job.get('environment', '')} | {rights or 'none'} |"


def _dispatches(step: dict[str, str]) -> bool:
    run = step.get("run", "")
    return "start-releases" in run or "follow-up" in run


def _jobs(file: WorkflowFile, path: str | None) -> str:
    """The jobs that run; those whose condition hangs on more than the path in brackets."""
    shown = [_shown(name, job, path) for name, job in file.jobs.items()]
    return f"{file.file}: {', '.join(filter(None, shown))}"


def _shown(name: str, job: Mapping[str, Any], path: str | None) -> str:
    condition = job.get("if", "always()")
    if condition == "always()":
        return name
    if condition.startswith("always() && !("):
        return f"({name})"  # only where something did not pass
    if path is None:
        return f"({name})"
    if "outputs.products" in condition:
        return name if products.touched([EXAMPLE], [path]) else ""
    if "outputs.code" in condition:
        return name if products.kind(path) not in _JUDGED_AS_DATA else ""
    raise ValueError(f"{name}: the table does not know what '{condition}' hangs on")


def _needs(job: object) -> list[str]:
    needs = job.get("needs", []) if isinstance(job, dict) else []
    return [needs] if isinstance(needs, str) else needs


def _id(file: WorkflowFile) -> str:
    return file.file.removesuffix(".yml").replace("-", "_")
