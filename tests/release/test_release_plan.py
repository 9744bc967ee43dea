"""What a release has to do."""

from dataclasses import replace
from pathlib import Path

import pytest

from tuneops import config, ownership
from tuneops.azure.deployments import Deployment, WantedDeployment
from tuneops.config import Config
from tuneops.errors import FindingsError, PreconditionError, UndecidedError
from tuneops.limits import MAX_TAG_VALUE
from tuneops.release import plan
from tuneops.release.history import Release

FIRST = Release("gpt-4o.ft-1", key="aaaaaaaaaaaa", job="ftjob-1", approved_by="ana")
SECOND = Release("gpt-4o.ft-2", key="bbbbbbbbbbbb", job="ftjob-2", approved_by="bea")


@pytest.fixture(scope="module")
def travel() -> Config:
    return config.load(Path("config/travel.yaml"))


def deployed(wanted: WantedDeployment, state: str = "Succeeded", **tags: str) -> Deployment:
    return Deployment(
        name=wanted.name,
        format=wanted.format,
        model=wanted.model,
        version=wanted.version,
        sku=wanted.sku,
        capacity=wanted.capacity,
        state=state,
        tags={**wanted.tags, **tags},
    )


def production(travel: Config, release: Release, previous: Release | None = None) -> Deployment:
    return deployed(plan.production(travel, release, previous, source=None))


def candidate(travel: Config, release: Release, verdict: str = "PASS") -> Deployment:
    judged = {ownership.SMOKE: verdict, ownership.SMOKE_KEY: release.key} if verdict else {}
    return deployed(plan.candidate(travel, release, source=None), **judged)


def test_production_is_standard_50k_with_the_default_filter(travel: Config) -> None:
    wanted = plan.production(travel, FIRST, None, source=None)
    assert (wanted.sku, wanted.capacity, wanted.content_filter) == ("Standard", 50, None)
    assert wanted.tags[ownership.JOB] == FIRST.job
    assert wanted.tags[ownership.APPROVED_BY] == "ana"


def test_a_candidate_carries_an_expiry_and_production_does_not(travel: Config) -> None:
    assert ownership.EXPIRES in plan.candidate(travel, FIRST, source=None).tags
    assert ownership.EXPIRES not in plan.production(travel, FIRST, None, source=None).tags


def test_a_release_remembers_all_of_the_release_before(travel: Config) -> None:
    current = production(travel, FIRST)
    before = plan.before(current, SECOND)
    assert before == Release.current(current)
    after = production(travel, SECOND, before)
    assert plan.rollback_target(after, "travel") == before
    assert before is not None
    assert before.approved_by == "ana"


def test_a_rollback_can_be_rolled_back(travel: Config) -> None:
    after = production(travel, SECOND, FIRST)
    target = plan.rollback_target(after, "travel")
    back = production(travel, target, Release.current(after))
    assert back.model == FIRST.model
    assert plan.rollback_target(back, "travel").model == SECOND.model


def test_promoting_the_same_model_again_keeps_the_way_back(travel: Config) -> None:
    assert plan.before(production(travel, SECOND, FIRST), SECOND) == FIRST


def test_the_first_release_has_no_way_back(travel: Config) -> None:
    with pytest.raises(PreconditionError, match="first release"):
        plan.rollback_target(production(travel, FIRST), "travel")
    with pytest.raises(PreconditionError, match="no deployment"):
        plan.rollback_target(None, "travel")


def test_a_deployment_made_by_hand_under_our_name_is_left_alone(travel: Config) -> None:
    foreign = Deployment("travel", "OpenAI", "gpt-4o", "1", "Standard", 50, "Succeeded", {})
    with pytest.raises(UndecidedError, match="not made by this project"):
        plan.before(foreign, FIRST)
    with pytest.raises(UndecidedError, match="not made by this project"):
        plan.rollback_target(foreign, "travel")
    with pytest.raises(UndecidedError, match="not made by this project"):
        plan.check_candidate(replace(foreign, name="travel-candidate"), FIRST, "travel-candidate")
    assert travel.release.deployment == foreign.name


def test_a_candidate_that_passed_may_be_promoted(travel: Config) -> None:
    release = plan.check_candidate(candidate(travel, FIRST), FIRST, "travel-candidate")
    assert (release.model, release.smoke) == (FIRST.model, "PASS")


@pytest.mark.parametrize("verdict", ["FAIL", "INVALID", "INCONCLUSIVE"])
def test_a_candidate_that_did_not_pass_is_refused(travel: Config, verdict: str) -> None:
    with pytest.raises(FindingsError, match=verdict):
        plan.check_candidate(candidate(travel, FIRST, verdict), FIRST, "travel-candidate")


def test_a_candidate_without_a_verdict_on_its_content_is_refused(travel: Config) -> None:
    unjudged = candidate(travel, FIRST, verdict="")
    stale = replace(unjudged, tags={**unjudged.tags, "tuneops-smoke": "PASS"})
    other = replace(stale, tags={**stale.tags, "tuneops-smoke-key": SECOND.key})
    for found in (unjudged, stale, other):
        with pytest.raises(PreconditionError, match="No smoke test"):
            plan.check_candidate(found, FIRST, "travel-candidate")


def test_a_candidate_that_is_missing_or_not_ready_is_refused(travel: Config) -> None:
    creating = replace(candidate(travel, FIRST), state="Creating")
    for found in (None, creating):
        with pytest.raises(PreconditionError, match="was not tried as a candidate"):
            plan.check_candidate(found, FIRST, "travel-candidate")


def test_a_candidate_of_another_content_is_refused(travel: Config) -> None:
    with pytest.raises(UndecidedError, match="serves job ftjob-1"):
        plan.check_candidate(candidate(travel, FIRST), SECOND, "travel-candidate")


def test_only_what_is_wanted_and_succeeded_counts_as_done(travel: Config) -> None:
    wanted = plan.production(travel, FIRST, None, source=None)
    assert plan.serves(deployed(wanted), wanted)
    assert not plan.serves(deployed(wanted, state="Creating"), wanted)
    assert not plan.serves(production(travel, SECOND), wanted)
    assert not plan.serves(None, wanted)


def test_no_tag_is_longer_than_azure_takes(travel: Config) -> None:
    long = Release("m" * 400, key="k", job="j", approved_by="a" * 400)
    tags = plan.production(travel, long, long, source=None).tags
    assert max(map(len, tags.values())) == MAX_TAG_VALUE
