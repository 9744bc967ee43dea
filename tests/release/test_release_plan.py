"""What a release has to do."""

from dataclasses import replace

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from tests.conftest import REPOSITORY
from tuneops import config
from tuneops.azure.deployments import Deployment, WantedDeployment
from tuneops.config import Config
from tuneops.errors import PreconditionError, UndecidedError
from tuneops.limits import MAX_TAG_VALUE
from tuneops.release import history_backup, plan
from tuneops.release.history import Release
from tuneops.tags import APPROVED_BY, EXPIRES, JOB, PRODUCT, owner

SERVED = "2026-12-01T08:00:00Z"
NONE = (None, None)
FIRST = Release("gpt-4o.ft-1", "aaaaaaaaaaaa", "ftjob-1", approved_by="ana", served=SERVED)
SECOND = Release("gpt-4o.ft-2", "bbbbbbbbbbbb", "ftjob-2", approved_by="bea", served=SERVED)


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
    before = plan.before(current, SECOND, NONE)
    assert before == Release.current(current)
    after = production(tienda, SECOND, before)
    assert plan.rollback_target(after, "tienda", NONE) == before
    assert before is not None
    assert before.approved_by == "ana"


def test_a_rollback_can_be_rolled_back(tienda: Config) -> None:
    after = production(tienda, SECOND, FIRST)
    target = plan.rollback_target(after, "tienda", NONE)
    back = production(tienda, target, Release.current(after))
    assert back.model == FIRST.model
    assert plan.rollback_target(back, "tienda", NONE).model == SECOND.model


def test_promoting_the_same_model_again_keeps_the_way_back(tienda: Config) -> None:
    assert plan.before(production(tienda, SECOND, FIRST), SECOND, NONE) == FIRST


def test_the_first_release_has_no_way_back(tienda: Config) -> None:
    with pytest.raises(PreconditionError, match="first release"):
        plan.rollback_target(production(tienda, FIRST), "tienda", NONE)
    with pytest.raises(PreconditionError, match="no deployment"):
        plan.rollback_target(None, "tienda", NONE)


def test_where_production_is_missing_the_kept_copy_shows_the_way_back(tienda: Config) -> None:
    """What served last comes back, unless it is the job to be taken back; no history is lost."""
    assert plan.rollback_target(None, "tienda", (SECOND, FIRST)) == SECOND
    assert plan.rollback_target(None, "tienda", (SECOND, FIRST), job=SECOND.job) == FIRST
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
    assert found == replace(second, approved_by="")
    assert before == replace(first, approved_by="")
    assert history_backup.kept(base, "other") == NONE
    assert history_backup.kept(base, "tienda-before") == NONE
    assert history_backup.kept(replace(base, tags=given(tags)), "tienda") == NONE
    assert history_backup.kept(None, "tienda") == NONE


@drawn(st.text())
def test_a_kept_tag_that_somebody_edited_is_read_or_ignored(text: str) -> None:
    tags = {"managed-by": owner(), "tuneops-kept-tienda": text}
    base = Deployment("gpt-4o", "OpenAI", "gpt-4o", "1", "Standard", 1, "Succeeded", tags)
    found, _ = history_backup.kept(base, "tienda")
    assert found is None or found.model


def test_a_rollback_that_is_under_way_is_finished_not_taken_back(tienda: Config) -> None:
    """Two at once, or one after a death, go back one step; when it is done, it can be undone."""
    wanted = plan.rolled_back(plan.production(tienda, FIRST, SECOND, source=None))
    target = plan.rollback_target(deployed(wanted, state="Creating"), "tienda", NONE)
    assert target.model == FIRST.model
    assert plan.before(deployed(wanted, state="Creating"), target, NONE) == SECOND
    assert plan.rollback_target(deployed(wanted), "tienda", NONE) == SECOND


def test_a_release_under_way_is_taken_back(tienda: Config) -> None:
    wanted = plan.production(tienda, SECOND, FIRST, source=None)
    assert plan.rollback_target(deployed(wanted, state="Creating"), "tienda", NONE) == FIRST
    assert plan.rollback_target(deployed(wanted, state="Failed"), "tienda", NONE) == FIRST


def test_a_rollback_of_a_job_that_is_not_served_does_nothing(tienda: Config) -> None:
    """Run again after it was killed, or after somebody else went back, it goes nowhere."""
    assert plan.is_back(production(tienda, FIRST), SECOND.job)
    assert not plan.is_back(production(tienda, SECOND), SECOND.job)
    assert not plan.is_back(production(tienda, SECOND), None)


def test_what_another_run_put_there_is_not_overwritten(tienda: Config) -> None:
    old, new = production(tienda, FIRST), production(tienda, SECOND, FIRST)
    third = plan.production(tienda, replace(SECOND, model="gpt-4o.ft-3"), FIRST, source=None)
    plan.check_unchanged(old, [replace(old, state="Creating", capacity=10)], third)
    plan.check_unchanged(None, [None], third)
    plan.check_unchanged(deployed(third), [old], third)
    plan.check_unchanged(new, [None, old, new], third)
    for found, expected in ((new, old), (None, old), (new, None)):
        with pytest.raises(UndecidedError, match="Another run changed tienda meanwhile"):
            plan.check_unchanged(found, [expected], third)
    plan.check_same(replace(old, state="Creating"), old)
    for other in (None, new):
        with pytest.raises(UndecidedError, match="its tags were left alone"):
            plan.check_same(other, old)


def test_another_checkpoint_of_the_released_job_is_a_release_of_its_own(tienda: Config) -> None:
    current, checkpoint = production(tienda, FIRST), replace(FIRST, model="ftchkpt-1")
    assert plan.is_released(current, FIRST)
    assert not plan.is_released(current, checkpoint)
    assert not plan.is_released(replace(current, state="Creating"), FIRST)
    assert not plan.is_released(None, FIRST)


def test_a_release_that_never_served_is_nothing_to_go_back_to(tienda: Config) -> None:
    """Neither for the release after it, nor for a rollback."""
    never = replace(SECOND, served="")
    third = replace(SECOND, model="gpt-4o.ft-3")
    failed = production(tienda, never, FIRST)
    assert plan.before(failed, third, NONE) == Release.previous(failed)
    assert plan.before(production(tienda, never), third, (FIRST, None)) == FIRST
    assert plan.before(production(tienda, never), third, NONE) is None
    after = production(tienda, third, never)
    with pytest.raises(PreconditionError, match="first release"):
        plan.rollback_target(after, "tienda", NONE)
    assert plan.rollback_target(after, "tienda", (FIRST, None)) == FIRST


def test_after_a_rollback_of_what_never_served_the_way_back_is_that_of_before(
    tienda: Config,
) -> None:
    failed = production(tienda, replace(SECOND, served=""), FIRST)
    zeroth = replace(FIRST, model="gpt-4o.ft-0")
    assert plan.before(failed, FIRST, (FIRST, zeroth)) == zeroth


def test_a_deployment_of_somebody_else_is_left_alone(tienda: Config) -> None:
    """Made by hand, or another product's under the same name."""
    mine = production(tienda, FIRST)
    plan.check_ours(mine, tienda.product)
    with pytest.raises(UndecidedError, match="not made by this project"):
        plan.check_ours(replace(mine, tags={}), tienda.product)
    for tags in ({**mine.tags, PRODUCT: "law"}, {"managed-by": owner()}):
        with pytest.raises(UndecidedError, match=r"product '(law|None)', not to 'tienda'"):
            plan.check_ours(replace(mine, tags=tags), tienda.product)


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
