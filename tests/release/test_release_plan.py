"""What a release has to do."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from tuneops import config
from tuneops.azure.deployments import Deployment, WantedDeployment
from tuneops.config import Config
from tuneops.errors import FindingsError, PreconditionError, UndecidedError
from tuneops.limits import MAX_TAG_VALUE
from tuneops.release import history_backup, plan
from tuneops.release.history import Release
from tuneops.tags import APPROVED_BY, EXPIRES, JOB, SMOKE, SMOKE_KEY, owner

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
    judged = {SMOKE: verdict, SMOKE_KEY: release.key} if verdict else {}
    return deployed(plan.candidate(travel, release, source=None), **judged)


def given(tags: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if value is not None}


def test_production_is_standard_50k_with_the_default_filter(travel: Config) -> None:
    wanted = plan.production(travel, FIRST, None, source=None)
    assert (wanted.sku, wanted.capacity, wanted.content_filter) == ("Standard", 50, None)
    assert wanted.tags[JOB] == FIRST.job
    assert wanted.tags[APPROVED_BY] == "ana"


def test_a_candidate_carries_an_expiry_and_production_does_not(travel: Config) -> None:
    assert EXPIRES in plan.candidate(travel, FIRST, source=None).tags
    assert EXPIRES not in plan.production(travel, FIRST, None, source=None).tags


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


def test_where_production_is_missing_the_kept_copy_shows_the_way_back(travel: Config) -> None:
    """The release before comes back, or the only one there was; and nobody loses the history."""
    assert plan.rollback_target(None, "travel", (SECOND, FIRST)) == FIRST
    assert plan.rollback_target(None, "travel", (FIRST, None)) == FIRST
    assert plan.before(None, FIRST, (SECOND, FIRST)) == SECOND
    assert plan.before(None, FIRST, (FIRST, None)) is None
    assert plan.before(None, SECOND, (SECOND, FIRST)) == FIRST
    assert plan.before(None, SECOND, (FIRST, None)) == FIRST
    assert travel.product


def test_the_kept_copy_tells_model_content_job_and_commit(travel: Config) -> None:
    """One tag a release, of a size that Azure takes, for each product of the account."""
    first, second = replace(FIRST, git_sha="c0ffee"), replace(SECOND, model="m" * 100)
    tags = history_backup.tags("travel", second, first)
    base = deployed(plan.production(travel, FIRST, None, source=None), **given(tags))
    found, before = history_backup.kept(base, "travel")
    assert found is not None
    assert (found.model, found.key, found.job) == (second.model, second.key, second.job)
    assert before == Release(FIRST.model, key=FIRST.key, job=FIRST.job, git_sha="c0ffee")
    assert history_backup.kept(base, "other") == (None, None)
    assert history_backup.kept(replace(base, tags=given(tags)), "travel") == (None, None)
    assert history_backup.kept(None, "travel") == (None, None)


@drawn(st.text())
def test_a_kept_tag_that_somebody_edited_is_read_or_ignored(text: str) -> None:
    tags = {"managed-by": owner(), "tuneops-kept-travel": text}
    base = Deployment("gpt-4o", "OpenAI", "gpt-4o", "1", "Standard", 1, "Succeeded", tags)
    found, _ = history_backup.kept(base, "travel")
    assert found is None or found.model


def test_a_rollback_that_is_under_way_is_finished_not_taken_back(travel: Config) -> None:
    """Two at once, or one after a death, go back one step; when it is done, it can be undone."""
    wanted = plan.rolled_back(plan.production(travel, FIRST, SECOND, source=None))
    target = plan.rollback_target(deployed(wanted, state="Creating"), "travel")
    assert target.model == FIRST.model
    assert plan.before(deployed(wanted, state="Creating"), target) == SECOND
    assert plan.rollback_target(deployed(wanted), "travel") == SECOND


def test_a_release_under_way_is_taken_back(travel: Config) -> None:
    wanted = plan.production(travel, SECOND, FIRST, source=None)
    assert plan.rollback_target(deployed(wanted, state="Creating"), "travel") == FIRST
    assert plan.rollback_target(deployed(wanted, state="Failed"), "travel") == FIRST


def test_a_rollback_of_a_job_that_is_not_served_does_nothing(travel: Config) -> None:
    """Run again after it was killed, or after somebody else went back, it goes nowhere."""
    assert plan.is_back(production(travel, FIRST), SECOND.job)
    assert not plan.is_back(production(travel, SECOND), SECOND.job)
    assert not plan.is_back(production(travel, SECOND), None)


def test_what_another_run_put_there_is_not_overwritten(travel: Config) -> None:
    old, new = production(travel, FIRST), production(travel, SECOND, FIRST)
    third = plan.production(travel, replace(SECOND, model="gpt-4o.ft-3"), FIRST, source=None)
    plan.check_unchanged(old, replace(old, state="Creating", capacity=10), third)
    plan.check_unchanged(None, None, third)
    plan.check_unchanged(deployed(third), old, third)
    for found, expected in ((new, old), (None, old), (new, None)):
        with pytest.raises(UndecidedError, match="Another run changed travel meanwhile"):
            plan.check_unchanged(found, expected, third)


def test_another_checkpoint_of_the_released_job_is_a_release_of_its_own(travel: Config) -> None:
    current, checkpoint = production(travel, FIRST), replace(FIRST, model="ftchkpt-1")
    assert plan.is_released(current, None, FIRST)
    assert plan.is_released(current, candidate(travel, FIRST), FIRST)
    assert plan.is_released(current, candidate(travel, SECOND), FIRST)
    assert not plan.is_released(current, candidate(travel, checkpoint), FIRST)


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
