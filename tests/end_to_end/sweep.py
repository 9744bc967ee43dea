"""What the sweeps share: one account of the local Azure for each run, and how it must end."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.end_to_end import pipeline
from tests.end_to_end.pipeline import Cut, run_forked
from tests.local_azure.conftest import LocalAzure, start_server, stop_server

# `make sweep` takes every cut and every fault; `make test` every 29th cut, and each fault once.
ALL = os.environ.get("SWEEP") == "all"
QUICK = {"speed": 60000.0, "group_delete_seconds": 1.0}
LEASE_SECONDS = "6"
GROUP = "rg-promote"  # of the tests of promote
EXAMPLES = 14  # of each file: a sweep is about requests, not about data


@dataclass(frozen=True)
class Ending:
    """What exists in an account; names of deployments with the job that each serves."""

    jobs: tuple[str, ...]
    files: tuple[str, ...]
    deployments: dict[str, str]


def assert_one_of_each(ending: Ending) -> None:
    """One job, two files, no candidate left, and the job's model in production."""
    assert len(ending.jobs) == 1
    assert sorted(name.split("-")[1] for name in ending.files) == ["training", "validation"]
    assert ending.deployments == {"gpt-4o": "", "tienda": ending.jobs[0]}


def problems_of_a_second_run(group: str, folder: Path, patch: pytest.MonkeyPatch) -> list[str]:
    """What is wrong after the pipeline ran again: nothing, or why with the log of both runs."""
    try:
        code, _ = run(group, folder, patch)
        assert code == 0
        assert_one_of_each(ending(group, folder, patch))
    except AssertionError as error:
        return [f"{error}\n{log_of(group, folder)}"]
    return []


def ending(group: str, folder: Path, patch: pytest.MonkeyPatch) -> Ending:
    """What is in the account, read by a process of its own."""
    patch.setenv("AZURE_RESOURCE_GROUP", group)
    found = folder / f"{group}.json"
    code, _ = run_forked(lambda: pipeline.take_stock(found), folder / f"{group}.log")
    assert code == 0, log_of(group, folder)
    read = json.loads(found.read_text(encoding="utf-8"))
    return Ending(tuple(read["jobs"]), tuple(read["files"]), read["deployments"])


def statuses(group: str, folder: Path, patch: pytest.MonkeyPatch) -> dict[str, str]:
    """The account's jobs by id, read by a process of its own."""
    patch.setenv("AZURE_RESOURCE_GROUP", group)
    found = folder / f"{group}-jobs.json"
    code, _ = run_forked(lambda: pipeline.take_statuses(found), folder / f"{group}.log")
    assert code == 0, log_of(group, folder)
    read: dict[str, str] = json.loads(found.read_text(encoding="utf-8"))
    return read


def run(
    group: str, folder: Path, patch: pytest.MonkeyPatch, cut: Cut | None = None
) -> tuple[int, int]:
    """The pipeline in the group's account; its exit code and the number of its requests."""
    patch.setenv("AZURE_RESOURCE_GROUP", group)
    return run_forked(pipeline.train_and_release, folder / f"{group}.log", cut)


def provisioned(group: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("AZURE_RESOURCE_GROUP", group)
    code, _ = run_forked(pipeline.provision, folder / f"{group}.log")
    assert code == 0, log_of(group, folder)


def whole_run(group: str, folder: Path, patch: pytest.MonkeyPatch) -> int:
    """A run that nothing disturbs: the number of its requests."""
    provisioned(group, folder, patch)
    code, requests = run(group, folder, patch)
    assert code == 0, log_of(group, folder)
    assert_one_of_each(ending(group, folder, patch))
    return requests


def log_of(group: str, folder: Path) -> str:
    return f"{group}:\n{(folder / f'{group}.log').read_text(encoding='utf-8')}"


def small_product(folder: Path, *, without: int = 0) -> Path:
    """The shipped product on its first examples, of which ``without`` leaves some out.

    Its data lies in the folder, which must be the working directory of whoever reads it.
    """
    document = yaml.safe_load((REPOSITORY / "config/tienda.yaml").read_text(encoding="utf-8"))
    data = folder / "data/tienda"
    data.mkdir(parents=True, exist_ok=True)
    for part in ("training", "validation"):
        lines = (REPOSITORY / document["data"][part]).read_text(encoding="utf-8").splitlines()
        file = data / f"{part}-{without}.jsonl"
        file.write_text("\n".join(lines[without:EXAMPLES]) + "\n", encoding="utf-8")
        document["data"][part] = file.relative_to(folder).as_posix()
    shutil.copy(REPOSITORY / document["data"]["smoke_prompts"], data)
    path = folder / f"product-{without}.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def another_product(
    folder: Path, name: str, *, deployment: str = "", without: int = 0, **azure: str
) -> Path:
    """A product with the same data and place, but for ``azure``, and names of its own."""
    document = yaml.safe_load(small_product(folder, without=without).read_text(encoding="utf-8"))
    document["product"] = name
    document["azure"] |= azure
    document["fine_tuning"]["suffix"] = f"ft-{name}"
    document["release"]["deployment"] = deployment or name
    (folder / "data" / name).mkdir(exist_ok=True)
    for part, file in document["data"].items():
        document["data"][part] = file.replace("data/tienda/", f"data/{name}/")
        if name != "tienda":
            shutil.copy(folder / file, folder / document["data"][part])
    path = folder / name / f"{name}-{without}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def environment(server: LocalAzure, folder: Path) -> dict[str, str]:
    """Our authority alone is trusted: each SDK client takes 70 ms to read the public ones."""
    brief = {"TUNEOPS_POLL_SECONDS": "0.5", "TUNEOPS_LEASE_SECONDS": LEASE_SECONDS}
    names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
    trusted = dict.fromkeys(names, str(server.state / "ca.pem"))
    product = {"TUNEOPS_CONFIG": str(folder / "product-0.yaml")}
    return server.environment | brief | trusted | product | {"SWEEP_FOLDER": str(folder)}


@contextmanager
def quick_azure(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[LocalAzure]:
    """A local Azure in which everything is quick, with quota for hundreds of accounts."""
    product = small_product(folder)
    patch.chdir(folder)
    pipeline.warm_up(product)
    server = start_server(folder / "azure")
    for name, value in environment(server, folder).items():
        patch.setenv(name, value)
    names = ("GlobalStandard.gpt-4o", "Standard.gpt-4o")
    quota = {f"OpenAI.{name}": 10**6 for name in names}
    server.admin("PATCH", "settings", {**QUICK, "quota": quota})
    yield server
    stop_server(server)
