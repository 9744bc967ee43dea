"""After a training: its release, or reconcile.yml switched on until nothing is waited for."""

import json
from pathlib import Path
from typing import Any

from tuneops import config as configuration
from tuneops import console, github
from tuneops.azure.account import open_foundry
from tuneops.commands import fine_tune, reconcile
from tuneops.commands.workflow import listed, start_releases
from tuneops.errors import StillRunningError
from tuneops.github import Repository
from tuneops.products import read_names

RECONCILE_WORKFLOW = "reconcile.yml"


def training(config_path: Path, job: str, minutes: float, out: Path | None) -> dict[str, Any]:
    """Wait and say on the summary page what came of it; a job that goes on is told, no error.

    ``out`` gets the product, the job and ``next``: "release", "nothing" or "wait".

    Raises:
        TuneopsError: The job failed, or cannot be followed.
    """
    try:
        facts = fine_tune.wait(config_path, job, minutes)
        follows = "release" if _is_due(config_path, job) else "nothing"
        told = f"Job `{job}` ended: model `{facts.get('fine_tuned_model') or facts.get('model')}`."
    except StillRunningError as error:
        console.say(error.message)
        facts, follows = {"job": job, "status": "running"}, "wait"
        told = f"Job `{job}` goes on; reconcile.yml releases it when it is done."
    github.add_summary(f"{told} [Fine-tuning jobs](https://ai.azure.com/)")
    if out:
        product = configuration.load(config_path).product
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps({"product": product, "job": job, "next": follows}), "utf-8")
    return facts


def _is_due(config_path: Path, job: str) -> bool:
    """Whether the job is the newest, and was not released yet."""
    config = configuration.load(config_path)
    release = reconcile.look(config, open_foundry(config)).release
    return release is not None and release.id == job


def follow_up(
    repository: Repository, products: str, folder: Path, *, dry_run: bool
) -> dict[str, Any]:
    """Start the releases that are due after a training; for all else have reconcile.yml look.

    ``folder`` holds a training.json for each product whose wait ended well, at any depth.

    Raises:
        ConfigError: One of them, or ``products``, is not what the workflow wrote.
    """
    expected = set(read_names(products))
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.rglob("training.json"))]
    found = listed(f"[{','.join(texts)}]", "product", "job", "next")
    due = [one for one in found if one["next"] == "release" and one["product"] in expected]
    started = start_releases(repository, json.dumps(due), dry_run=dry_run)
    settled = {one["product"] for one in found if one["next"] != "wait"}
    left = sorted(expected - settled)
    if left:
        switch_reconcile(repository, on=True, dry_run=dry_run)
    return {"started": started, "left_to_reconcile": left}


def switch_reconcile(repository: Repository, *, on: bool, dry_run: bool) -> dict[str, str]:
    """Have reconcile.yml look every 20 minutes, or not until the next training."""
    if not dry_run:
        repository.switch(RECONCILE_WORKFLOW, on=on)
    return {"workflow": RECONCILE_WORKFLOW, "state": "on" if on else "off"}
