"""Read the set-up and judge it; what cannot be read is a finding like any other."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tuneops import config as configuration
from tuneops import github, products
from tuneops.azure import catalog, deployments, jobs, resources, rest
from tuneops.azure.account import account_name, open_foundry
from tuneops.azure.cloud import connect
from tuneops.azure.failures import translated
from tuneops.doctor import azure_checks, github_checks, workflow_files
from tuneops.doctor.azure_checks import Permission
from tuneops.doctor.findings import DoctorFinding, error, ok, warning
from tuneops.errors import NotFoundError, TuneopsError
from tuneops.names import is_of_product
from tuneops.provision.preflight import base_model

if TYPE_CHECKING:
    from tuneops.azure.cloud import Session
    from tuneops.config import Config
    from tuneops.github import Repository

_PERMISSIONS = "providers/Microsoft.Authorization/permissions?api-version=2022-04-01"


def on_github() -> Iterator[DoctorFinding]:
    """Code owners, pinned actions, environments, branch rules and schedules."""
    yield from github_checks.code_owners(_text(Path("CODEOWNERS")))
    yield from github_checks.pinned(list(workflow_files.unpinned()))
    try:
        repository = github.repository()
    except TuneopsError as missing:
        yield warning("GitHub", missing.message, missing.remedy)
        return
    files = workflow_files.read()
    named = {name for file in files for name in file.environments}
    yield from _guarded(
        "environments",
        lambda: github_checks.environments({n: repository.environment(n) for n in named}),
    )
    yield from _guarded(
        "branch protection", lambda: github_checks.branch(repository.branch_rules("main"))
    )
    for file in files:
        if file.crons:
            yield from _guarded(f"schedule of {file.file}", partial(_schedule, repository, file))


def on_azure() -> Iterator[DoctorFinding]:
    """The identity and its roles, and each product's model and quota."""
    try:
        session = connect()
    except TuneopsError as refused:
        yield error("identity", refused.message, refused.remedy)
        return
    yield ok("identity", f"Signed in to subscription {session.subscription}.")
    for product in products.find():
        config = configuration.load(Path(product.config))
        yield from _guarded(
            f"roles for {product.name}", partial(_roles, session, config), soft=True
        )
        yield from _guarded(f"product {product.name}", partial(_product, session, config))


def of_both() -> Iterator[DoctorFinding]:
    """Whether reconcile.yml looks after the jobs that run; nothing where one side cannot be read.

    What cannot be read is a finding of that side already.
    """
    try:
        known = github.repository().workflow(github_checks.SWITCHED)
        configs = [configuration.load(Path(product.config)) for product in products.find()]
        running = [job for config in configs for job in _running(config)]
    except TuneopsError:
        return
    if known:
        yield from github_checks.unattended(running, str(known["state"]))


def _running(config: "Config") -> list[str]:
    try:
        found = jobs.list_all(open_foundry(config).client)
    except NotFoundError:
        return []
    ours = (job for job in found if is_of_product(config, job))
    return [f"{config.product} {job.id}" for job in ours if job.status in jobs.RUNNING]


def _schedule(
    repository: "Repository", file: workflow_files.WorkflowFile
) -> Iterator[DoctorFinding]:
    known = repository.workflow(file.file)
    runs = repository.runs(file.file, event="schedule") if known else []
    return github_checks.schedule(file, known, runs, datetime.now(UTC))


def _product(session: "Session", config: "Config") -> Iterator[DoctorFinding]:
    offered = catalog.models(session, config.azure.region)
    yield from azure_checks.lifecycle(config, offered, datetime.now(UTC))
    model = base_model(config, offered)
    existing = _deployed(session, config)
    wanted = (
        (config.base.deployment, config.base.sku, config.base.capacity),
        (config.release.deployment, config.release.sku, config.release.capacity),
    )
    for name, sku, capacity in wanted:
        offer = model.sku(sku) if model else None
        if offer is None:
            continue
        found = catalog.quota(session, config.azure.region, offer.usage_name)
        yield from azure_checks.quota(
            config, sku, found, wanted=capacity, deployed=name in existing
        )


def _deployed(session: "Session", config: "Config") -> set[str]:
    group = config.azure.resource_group
    if resources.find_group(session, group) is None:
        return set()
    account = resources.find_account(session, group, account_name(config, session.subscription))
    return {d.name for d in deployments.list_all(session, account)} if account else set()


def _roles(session: "Session", config: "Config") -> Iterator[DoctorFinding]:
    scope = f"/subscriptions/{session.subscription}"
    group = f"{scope}/resourceGroups/{config.azure.resource_group}"
    return azure_checks.roles(_permissions(session, group), _permissions(session, scope))


def _permissions(session: "Session", scope: str) -> list[Permission]:
    with translated("reading this identity's roles"):
        listed = rest.get(session, f"{scope}/{_PERMISSIONS}").json()["value"]
    return [Permission(tuple(p["actions"]), tuple(p["notActions"])) for p in listed]


def _guarded(
    about: str, read: Callable[[], Iterator[DoctorFinding]], *, soft: bool = False
) -> Iterator[DoctorFinding]:
    try:
        yield from list(read())
    except TuneopsError as refused:
        judge = warning if soft else error
        yield judge(about, f"It cannot be read: {refused.message}", refused.remedy)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
