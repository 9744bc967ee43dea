"""What a release has to do."""

from pathlib import Path

import pytest

from tuneops import config, ownership
from tuneops.azure.deployments import Deployment, WantedDeployment
from tuneops.config import Config
from tuneops.errors import PreconditionError, UndecidedError
from tuneops.release import plan
from tuneops.release.plan import Model

FIRST = Model("gpt-4o.ft-1", "aaaaaaaaaaaa", "ftjob-1")
SECOND = Model("gpt-4o.ft-2", "bbbbbbbbbbbb", "ftjob-2")


@pytest.fixture(scope="module")
def travel() -> Config:
    return config.load(Path("config/travel.yaml"))


def deployed(wanted: WantedDeployment, state: str = "Succeeded") -> Deployment:
    return Deployment(
        name=wanted.name,
        format=wanted.format,
        model=wanted.model,
        version=wanted.version,
        sku=wanted.sku,
        capacity=wanted.capacity,
        state=state,
        tags=wanted.tags,
    )


def test_production_is_standard_50k_with_the_default_filter(travel: Config) -> None:
    wanted = plan.production(travel, FIRST, None)
    assert (wanted.sku, wanted.capacity, wanted.content_filter) == ("Standard", 50, None)
    assert wanted.tags[ownership.JOB] == FIRST.job


def test_a_candidate_carries_an_expiry_and_production_does_not(travel: Config) -> None:
    assert ownership.EXPIRES in plan.candidate(travel, FIRST).tags
    assert ownership.EXPIRES not in plan.production(travel, FIRST, None).tags


def test_a_release_remembers_the_model_before(travel: Config) -> None:
    current = deployed(plan.production(travel, FIRST, None))
    previous = plan.promoted_over(current, SECOND)
    assert previous == FIRST
    after = deployed(plan.production(travel, SECOND, previous))
    assert plan.rollback_target(after, "travel") == FIRST


def test_promoting_the_same_model_again_keeps_the_way_back(travel: Config) -> None:
    current = deployed(plan.production(travel, SECOND, FIRST))
    assert plan.promoted_over(current, SECOND) == FIRST


def test_the_first_release_has_no_way_back(travel: Config) -> None:
    with pytest.raises(PreconditionError, match="first release"):
        plan.rollback_target(deployed(plan.production(travel, FIRST, None)), "travel")
    with pytest.raises(PreconditionError, match="no deployment"):
        plan.rollback_target(None, "travel")


def test_a_deployment_made_by_hand_under_our_name_is_left_alone() -> None:
    foreign = Deployment("travel", "OpenAI", "gpt-4o", "1", "Standard", 50, "Succeeded", {})
    with pytest.raises(UndecidedError, match="not made by this project"):
        plan.promoted_over(foreign, FIRST)
    with pytest.raises(UndecidedError, match="not made by this project"):
        plan.rollback_target(foreign, "travel")


def test_only_what_is_wanted_and_succeeded_counts_as_done(travel: Config) -> None:
    wanted = plan.production(travel, FIRST, None)
    assert plan.serves(deployed(wanted), wanted)
    assert not plan.serves(deployed(wanted, state="Creating"), wanted)
    assert not plan.serves(deployed(plan.production(travel, SECOND, None)), wanted)
    assert not plan.serves(None, wanted)
