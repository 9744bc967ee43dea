"""What a release has to do."""

from dataclasses import replace

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from tests.conftest import REPOSITORY
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
def tienda() -> Config:
    return config.load(REPOSITORY / "config/tienda.yaml")


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


def production(tienda: Config, release: Release, previous: Release | None = None) -> Deployment:
    return deployed(plan.production(tienda, release, previous, source=None))


def candidate(tienda: Config, release: Release, verdict: str = "PASS") -> Deployment:
    judged = {SMOKE: verdict, SMOKE_KEY: release.key} if verdict else {}
    return deployed(plan.candidate(tienda, release, source=None), **judged)


def given(tags: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if value is not None}


def test_production_is_standard_50k_with_the_default_filter(tienda: Config) -> None:
    wanted = plan.production(tienda, FIRST, None, source=None)
    assert (wanted.sku, wanted.capacity, wanted.content_filter) == ("Standard", 50, None)
    assert wanted.tags[JOB] == FIRST.job
    assert wanted.tags[APPROVED_BY] == "ana"


def test_a_candidate_carries_an_expiry_and_production_does_not(tienda: Config) -> None:
    assert EXPIRES in plan.candidate(tienda, FIRST, source=None).tags
    assert EXPIRES not in plan.production(tienda, FIRST, None, source=None).tags


def test_a_release_remembers_all_of_the_release_before(tienda: Config) -> None:
    current = production(tienda, FIRST)
    before = plan.before(current, SECOND)
    assert before == Release.current(current)
    after = production(tienda, SECOND, before)
    assert plan.rollback_target(after, "tienda") == before
    assert before is not None
    assert before.approved_by == "ana"


def test_a_rollback_can_be_rolled_back(tienda: Config) -> None:
    after = production(tienda, SECOND, FIRST)
    target = plan.rollback_target(after, "tienda")
    back = production(tienda, target, Release.current(after))
    assert back.model == FIRST.model
    assert plan.rollback_target(back, "tienda").model == SECOND.model


def test_promoting_the_same_model_again_keeps_the_way_back(tienda: Config) -> None:
    assert plan.before(production(tienda, SECOND, FIRST), SECOND) == FIRST


def test_the_first_release_has_no_way_back(tienda: Config) -> None:
    with pytest.raises(PreconditionError, match="first release"):
        plan.rollback_target(production(tienda, FIRST), "tienda")
    with pytest.raises(PreconditionError, match="no deployment"):
        plan.rollback_target(None, "tienda")


def test_where_production_is_missing_the_kept_copy_shows_the_way_back(tienda: Config) -> None:
    """The release before comes back, or the only one there was; and nobody loses the history."""
    assert plan.rollback_target(None, "tienda", (SECOND, FIRST)) == FIRST
    assert plan.rollback_target(None, "tienda", (FIRST, None)) == FIRST
    assert plan.before(None, FIRST, (SECOND, FIRST)) == SECOND
    assert plan.before(None, FIRST, (FIRST, None)) is None
    assert plan.before(None, SECOND, (SECOND, FIRST)) == FIRST
    assert plan.before(None, SECOND, (FIRST, None)) == FIRST
    assert tienda.product


def test_the_kept_copy_tells_model_content_job_and_commit(tienda: Config) -> None:
    """One tag a release, of a size that Azure takes, for each product of the account."""
    first, second = replace(FIRST, git_sha="c0ffee"), replace(SECOND, model="m" * 100)
    tags = history_backup.tags("tienda", second, first)
    base = deployed(plan.production(tienda, FIRST, None, source=None), **given(tags))
    found, before = history_backup.kept(base, "tienda")
    assert found is not None
    assert (found.model, found.key, found.job) == (second.model, second.key, second.job)
    assert before == Release(FIRST.model, key=FIRST.key, job=FIRST.job, git_sha="c0ffee")
    assert history_backup.kept(base, "other") == (None, None)
    assert history_backup.kept(replace(base, tags=given(tags)), "tienda") == (None, None)
    assert history_backup.kept(None, "tienda") == (None, None)


@drawn(st.text())
def test_a_kept_tag_that_somebody_edited_is_read_or_ignored(text: str) -> None:
    tags = {"managed-by": owner(), "tuneops-kept-tienda": text}
    base = Deployment("gpt-4o", "OpenAI", "gpt-4o", "1", "Standard", 1, "Succeeded", tags)
    found, _ = history_backup.kept(base, "tienda")
    assert found is None or found.model


def test_a_rollback_that_is_under_way_is_finished_not_taken_back(tienda: Config) -> None:
    """Two at once, or one after a death, go back one step; when it is done, it can be undone."""
    wanted = plan.rolled_back(plan.production(tienda, FIRST, SECOND, source=None))
    target = plan.rollback_target(deployed(wanted, state="Creating"), "tienda")
    assert target.model == FIRST.model
    assert plan.before(deployed(wanted, state="Creating"), target) == SECOND
    assert plan.rollback_target(deployed(wanted), "tienda") == SECOND


def test_a_release_under_way_is_taken_back(tienda: Config) -> None:
    wanted = plan.production(tienda, SECOND, FIRST, source=None)
    assert plan.rollback_target(deployed(wanted, state="Creating"), "tienda") == FIRST
    assert plan.rollback_target(deployed(wanted, state="Failed"), "tienda") == FIRST


def test_a_rollback_of_a_job_that_is_not_served_does_nothing(tienda: Config) -> None:
    """Run again after it was killed, or after somebody else went back, it goes nowhere."""
    assert plan.is_back(production(tienda, FIRST), SECOND.job)
    assert not plan.is_back(production(tienda, SECOND), SECOND.job)
    assert not plan.is_back(production(tienda, SECOND), None)


def test_what_another_run_put_there_is_not_overwritten(tienda: Config) -> None:
    old, new = production(tienda, FIRST), production(tienda, SECOND, FIRST)
    third = plan.production(tienda, replace(SECOND, model="gpt-4o.ft-3"), FIRST, source=None)
    plan.check_unchanged(old, replace(old, state="Creating", capacity=10), third)
    plan.check_unchanged(None, None, third)
    plan.check_unchanged(deployed(third), old, third)
    for found, expected in ((new, old), (None, old), (new, None)):
        with pytest.raises(UndecidedError, match="Another run changed tienda meanwhile"):
            plan.check_unchanged(found, expected, third)


def test_another_checkpoint_of_the_released_job_is_a_release_of_its_own(tienda: Config) -> None:
    current, checkpoint = production(tienda, FIRST), replace(FIRST, model="ftchkpt-1")
    assert plan.is_released(current, None, FIRST)
    assert plan.is_released(current, candidate(tienda, FIRST), FIRST)
    assert plan.is_released(current, candidate(tienda, SECOND), FIRST)
    assert not plan.is_released(current, candidate(tienda, checkpoint), FIRST)


def test_a_deployment_made_by_hand_under_our_name_is_left_alone(tienda: Config) -> None:
    foreign = Deployment("tienda", "OpenAI", "gpt-4o", "1", "Standard", 50, "Succeeded", {})
    with pytest.raises(UndecidedError, match="not made by this project"):
        plan.before(foreign, FIRST)
    with pytest.raises(UndecidedError, match="not made by this project"):
        plan.rollback_target(foreign, "tienda")
    with pytest.raises(UndecidedError, match="not made by this project"):
        plan.check_candidate(replace(foreign, name="tienda-candidate"), FIRST, "tienda-candidate")
    assert tienda.release.deployment == foreign.name


def test_a_candidate_that_passed_may_be_promoted(tienda: Config) -> None:
    release = plan.check_candidate(candidate(tienda, FIRST), FIRST, "tienda-candidate")
    assert (release.model, release.smoke) == (FIRST.model, "PASS")


@pytest.mark.parametrize("verdict", ["FAIL", "INVALID", "INCONCLUSIVE"])
def test_a_candidate_that_did_not_pass_is_refused(tienda: Config, verdict: str) -> None:
    with pytest.raises(FindingsError, match=verdict):
        plan.check_candidate(candidate(tienda, FIRST, verdict), FIRST, "tienda-candidate")


def test_a_candidate_without_a_verdict_on_its_content_is_refused(tienda: Config) -> None:
    unjudged = candidate(tienda, FIRST, verdict="")
    stale = replace(unjudged, tags={**unjudged.tags, "tuneops-smoke": "PASS"})
    other = replace(stale, tags={**stale.tags, "tuneops-smoke-key": SECOND.key})
    for found in (unjudged, stale, other):
        with pytest.raises(PreconditionError, match="No smoke test"):
            plan.check_candidate(found, FIRST, "tienda-candidate")


def test_a_candidate_that_is_missing_or_not_ready_is_refused(tienda: Config) -> None:
    creating = replace(candidate(tienda, FIRST), state="Creating")
    for found in (None, creating):
        with pytest.raises(PreconditionError, match="was not tried as a candidate"):
            plan.check_candidate(found, FIRST, "tienda-candidate")


def test_a_candidate_of_another_content_is_refused(tienda: Config) -> None:
    with pytest.raises(UndecidedError, match="serves job ftjob-1"):
        plan.check_candidate(candidate(tienda, FIRST), SECOND, "tienda-candidate")


def test_only_what_is_wanted_and_succeeded_counts_as_done(tienda: Config) -> None:
    wanted = plan.production(tienda, FIRST, None, source=None)
    assert plan.serves(deployed(wanted), wanted)
    assert not plan.serves(deployed(wanted, state="Creating"), wanted)
    assert not plan.serves(production(tienda, SECOND), wanted)
    assert not plan.serves(None, wanted)


def test_no_tag_is_longer_than_azure_takes(tienda: Config) -> None:
    long = Release("m" * 400, key="k", job="j", approved_by="a" * 400)
    tags = plan.production(tienda, long, long, source=None).tags
    assert max(map(len, tags.values())) == MAX_TAG_VALUE
