"""What a training costs, and what Azure takes."""

import pytest

from tests.conftest import REPOSITORY
from tuneops import config, pricing
from tuneops.azure.deployments import Deployment
from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import Job
from tuneops.config import Config
from tuneops.errors import AzureRefusedError, QuotaError
from tuneops.training.free_space import spare
from tuneops.training.preflight import Training, check_cost, check_room, check_size

SMALL = Training(tokens=50_000, size=200_000)


@pytest.fixture(scope="module")
def tienda() -> Config:
    return config.load(REPOSITORY / "config/tienda.yaml")


def file(name: str, size: int = 10) -> UploadedFile:
    return UploadedFile(f"file-{name}", name, "fine-tune", "processed", size, 1, "")


def job(key: str, status: str = "succeeded", created: int = 1, suffix: str = "ft-tienda") -> Job:
    return Job(f"ftjob-{key}", status, "gpt-4o", created, "file-t", suffix=f"{suffix}-{key}")


def test_auto_epochs_are_taken_as_three_and_said(tienda: Config) -> None:
    assert pricing.estimate(tienda, 1_000_000) == 75.0
    with pytest.raises(AzureRefusedError, match=r"auto, taken as 3.*150.00 USD.*100.00"):
        check_cost(tienda, Training(tokens=2_000_000, size=1))
    check_cost(tienda, SMALL)


def test_billed_tokens_beat_an_estimate(tienda: Config) -> None:
    running = job("a" * 12, "running")
    assert pricing.spent(tienda, running, share=0.5, training_tokens=1_000_000) == 37.5
    done = Job("j", "succeeded", "gpt-4o", 1, "f", trained_tokens=2_000_000)
    assert pricing.spent(tienda, done, share=0.5, training_tokens=1_000_000) == 50.0


def test_more_than_two_billion_tokens_are_refused(tienda: Config) -> None:
    with pytest.raises(QuotaError, match="2,000,000,000"):
        check_size(tienda, Training(tokens=700_000_000, size=1))


@pytest.mark.parametrize(
    ("jobs", "files", "what"),
    [
        ([], [file(str(n)) for n in range(98)], "101 files"),
        ([], [file("big", 10**9)], "bytes of files"),
        ([job(f"{n:012}") for n in range(100)], [], "101 fine-tuning jobs"),
        ([job(f"{n:012}", "pending") for n in range(20)], [], "21 queued"),
    ],
)
def test_an_account_that_is_full_is_refused(
    jobs: list[Job], files: list[UploadedFile], what: str
) -> None:
    with pytest.raises(QuotaError, match=what):
        check_room(SMALL, jobs, files)


def test_what_a_release_or_a_coming_one_needs_is_never_spare(tienda: Config) -> None:
    old, previous, current, coming = (f"{n:012}" for n in range(4))
    known = [job(key, created=n) for n, key in enumerate((old, previous, current, coming))]
    failed = job("f" * 12, "failed", created=9)
    foreign = job("0" * 12, "failed", suffix="ft-other")
    listed = [file(f"tienda-training-{key}.jsonl") for key in (old, previous, current, coming)]
    tags = {"tuneops-key": current, "tuneops-previous-key": previous}
    deployed = Deployment("tienda", "OpenAI", "m", "1", "Standard", 50, "Succeeded", tags)
    going = spare(tienda, [*known, failed, foreign], listed, [deployed])
    assert going.jobs == (known[0], failed)
    assert going.files == (listed[0],)


def test_without_a_release_only_failures_are_spare(tienda: Config) -> None:
    known = [job("a" * 12), job("b" * 12, "failed")]
    assert spare(tienda, known, [], []).jobs == (known[1],)


@pytest.mark.parametrize(
    ("sku", "listed", "dollars"),
    [
        ("Standard", 1.7, 1241.0),
        ("globalstandard", 2.0, 1460.0),
        ("DeveloperTier", 1.7, 0.0),
        ("ProvisionedManaged", 1.7, 0.0),
        ("Standard", None, None),
    ],
)
def test_a_month_of_hosting_costs_what_the_configuration_says(
    sku: str, listed: float | None, dollars: float | None
) -> None:
    assert pricing.hosting_per_month(sku, listed) == dollars
