"""What is left to do for a training."""

import math
from dataclasses import dataclass, field

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tuneops.azure.files import UploadedFile
from tuneops.azure.jobs import FINAL, PAUSED, RUNNING, Job
from tuneops.names import Names
from tuneops.training import next_step
from tuneops.training.next_step import (
    LIVE,
    Adopt,
    Claim,
    Claimant,
    Create,
    Decision,
    Refuse,
    Upload,
    Wait,
    decide,
    duplicates,
    matching,
    oldest,
    surplus,
    took_over,
)

MODEL = "gpt-4o-2024-08-06"
NAMES = Names(MODEL, "ft-tienda-0123456789ab", "t.jsonl", "v.jsonl", "c.jsonl")
LEASE = 120.0
NOW = 1_000_000.0


def file(name: str, status: str = "processed", age: float = 500.0, number: int = 1) -> UploadedFile:
    created = math.floor(NOW - age)
    return UploadedFile(
        f"file-{name}-{created}-{number}", name, "fine-tune", status, 1, created, ""
    )


DATA = [file("t.jsonl"), file("v.jsonl")]


def job(status: str, *, suffix: str | None = NAMES.suffix, created: int = 1) -> Job:
    return Job(
        f"ftjob-{status}-{created}",
        status,
        MODEL,
        created,
        DATA[0].id,
        DATA[1].id,
        suffix=suffix,
    )


def look(
    jobs: list[Job],
    files: list[UploadedFile],
    *,
    claim: UploadedFile | None = None,
    retry: bool = False,
) -> Decision:
    listed = claim.created if claim in files else None
    return decide(NAMES, jobs, files, Claimant(claim, LEASE, retry, listed), NOW)


statuses = st.sampled_from(sorted(RUNNING | PAUSED | FINAL))
histories = st.lists(
    st.builds(
        job,
        statuses,
        suffix=st.sampled_from([NAMES.suffix, "ft-tienda-ffffffffffff", None]),
        created=st.integers(1, 9),
    )
)


@given(histories, st.booleans())
def test_a_key_with_a_live_job_is_never_created_again(history: list[Job], retry: bool) -> None:
    claim = file("c.jsonl", age=10)
    decision = look(history, [*DATA, claim], claim=claim, retry=retry)
    live = [found for found in matching(NAMES, history, DATA) if found.status in LIVE]
    assert isinstance(decision, Adopt) == bool(live)


@given(histories)
def test_without_retry_a_failed_key_is_refused(history: list[Job]) -> None:
    known = matching(NAMES, history, [])
    assert isinstance(look(history, []), Adopt | Refuse if known else Upload)


def test_a_retry_starts_again_after_a_failure() -> None:
    assert look([job("failed")], DATA, retry=True) == Claim()


def test_a_succeeded_job_is_adopted_before_a_running_one() -> None:
    decision = look([job("running", created=1), job("succeeded", created=2)], [])
    assert isinstance(decision, Adopt)
    assert decision.job.status == "succeeded"


def test_another_suffix_or_another_model_is_not_ours() -> None:
    foreign = Job("ftjob-x", "running", "gpt-4.1-2025-04-14", 1, "file-t", suffix=NAMES.suffix)
    others = [job("running", suffix="ft-tienda-ffffffffffff"), foreign]
    assert look(others, []) == Upload(None, None)


def test_a_job_without_a_reported_suffix_is_known_by_its_training_file() -> None:
    unnamed = Job("ftjob-u", "running", MODEL, 1, DATA[0].id, suffix=None)
    assert look([unnamed], DATA) == Adopt(unnamed)


def test_uploaded_files_are_taken_unless_the_service_refused_them() -> None:
    newer, older = file("t.jsonl", age=10), file("t.jsonl", age=20)
    assert look([], [newer, older, file("v.jsonl", "error")]) == Upload(older, None)


def test_the_first_claim_creates_once_it_has_settled() -> None:
    mine, later = file("c.jsonl", age=5), file("c.jsonl", age=4)
    assert look([], [*DATA, later, mine], claim=mine) == Create(DATA[0], DATA[1], LEASE / 2 - 5)
    assert look([], [*DATA, later, mine], claim=later) == Wait(mine)
    fresh = file("c.jsonl", age=1)
    assert look([], [*DATA, fresh], claim=fresh) == Wait(fresh)


def test_claims_of_the_same_second_are_ordered_by_id() -> None:
    first, second = file("c.jsonl", age=5, number=1), file("c.jsonl", age=5, number=2)
    assert isinstance(look([], [*DATA, second, first], claim=first), Create)
    assert look([], [*DATA, second, first], claim=second) == Wait(first)


def test_a_dead_runs_claim_is_respected_until_its_lease_is_over() -> None:
    dead = file("c.jsonl", age=LEASE - 1)
    assert look([], [*DATA, dead]) == Wait(dead)
    expired = file("c.jsonl", age=LEASE + 1)
    assert look([], [*DATA, expired]) == Claim()


def test_a_claimant_that_was_slow_claims_anew() -> None:
    mine = file("c.jsonl", age=LEASE / 2 + 1)
    assert look([], [*DATA, mine], claim=mine) == Claim()


def test_a_claim_that_is_not_listed_yet_counts_for_nothing() -> None:
    """Once it is listed, so are all older ones: only then can it be the first."""
    mine, older = file("c.jsonl", age=5), file("c.jsonl", age=6)
    assert look([], DATA, claim=mine) == Wait(mine)
    assert look([], [*DATA, older], claim=mine) == Wait(older)


def test_of_two_jobs_of_the_content_everybody_keeps_the_same_one() -> None:
    """The one that succeeded, else the oldest; what ended costs nothing more."""
    first, second = job("running", created=1), job("pending", created=2)
    foreign = job("running", suffix="ft-tienda-ffffffffffff")
    assert oldest(NAMES, [second, first, foreign], []) == first
    assert duplicates(NAMES, [second, first, foreign], []) == [second]
    done = job("succeeded", created=3)
    assert oldest(NAMES, [second, first, done], []) == done
    assert duplicates(NAMES, [second, first, done], []) == [second, first]
    assert duplicates(NAMES, [done, job("succeeded", created=4), job("failed")], []) == []
    assert oldest(NAMES, [job("failed"), foreign], []) is None


def test_whoever_comes_after_another_claim_looks_again() -> None:
    mine, older, younger = (file("c.jsonl", age=age) for age in (5, 200, 4))
    claimant = Claimant(mine, LEASE)
    assert took_over(NAMES, [older, mine], claimant)
    assert not took_over(NAMES, [mine, younger, file("t.jsonl")], claimant)
    assert not took_over(NAMES, [older], Claimant(None, LEASE))


def test_what_no_job_of_the_content_needs_is_surplus() -> None:
    live = Job("j", "running", MODEL, 1, DATA[0].id, DATA[1].id, suffix=NAMES.suffix)
    extra = [file("t.jsonl", age=9), file("v.jsonl", age=9), file("c.jsonl")]
    other = file("tienda-training-ffffffffffff.jsonl")
    assert surplus(NAMES, [live], [*DATA, *extra, other]) == extra


@dataclass
class World:
    """Azure as claimants see it: creates take their time, and lists lag behind them."""

    files_lag: float = 0.0
    jobs_lag: float = 0.0
    now: float = NOW
    files: list[UploadedFile] = field(default_factory=lambda: list(DATA))
    jobs: list[Job] = field(default_factory=list)
    under_way: list[float] = field(default_factory=list)
    made: dict[str, float] = field(default_factory=dict)

    def tick(self, seconds: float) -> None:
        self.now += seconds
        arrived = [moment for moment in self.under_way if moment <= self.now]
        self.under_way = [moment for moment in self.under_way if moment > self.now]
        for moment in arrived:
            self.jobs.append(job("pending", created=len(self.jobs) + 1))
            self.made[self.jobs[-1].id] = moment

    def claim(self) -> UploadedFile:
        number = 9999 - len(self.files)  # later ids sort first: ties must not decide too early
        made = file("c.jsonl", age=NOW - self.now, number=number)
        self.files.append(made)
        self.made[made.id] = self.now
        return made

    def listed_files(self) -> list[UploadedFile]:
        since = self.now - self.files_lag
        return [file for file in self.files if self.made.get(file.id, 0.0) <= since]

    def listed_jobs(self) -> list[Job]:
        since = self.now - self.jobs_lag
        return [job for job in self.jobs if self.made[job.id] <= since]


@dataclass
class Runner:
    """One run of submit: it looks in one turn and acts in the next, when all may have changed."""

    claimant: Claimant = field(default_factory=lambda: Claimant(None, LEASE))
    decision: Decision | None = None
    looked: float = 0.0
    waiting_for_answer: bool = False

    def turn(self, world: World, delay: float) -> None:
        if self.waiting_for_answer:
            return
        if self.decision is None:
            listed = world.listed_files()
            self.claimant = self.claimant.saw(listed, world.now)
            self.decision = decide(NAMES, world.listed_jobs(), listed, self.claimant, world.now)
            self.looked = world.now
        else:
            self._act(self.decision, world, delay)
            self.decision = None

    def _act(self, decision: Decision, world: World, delay: float) -> None:
        if isinstance(decision, Claim):
            self.claimant = self.claimant.claims(world.claim())
        elif isinstance(decision, Create):
            latest = self.looked + decision.within_seconds
            if world.now < latest:
                self.waiting_for_answer = True
                world.under_way.append(min(world.now + delay, latest))
        elif isinstance(decision, Adopt):
            found = surplus(NAMES, world.listed_jobs(), world.listed_files())
            gone = {file.id for file in found}
            world.files = [kept for kept in world.files if kept.id not in gone]


turns = st.lists(
    st.tuples(
        st.integers(0, 3),  # who
        st.one_of(st.floats(0, 1), st.floats(0, 90)),  # seconds since the turn before
        st.floats(0, LEASE / 2),  # seconds that a create takes, at most its time-out
        st.booleans(),  # whether this runner dies and a new one takes its place
    ),
    min_size=5,
    max_size=60,
)


SAME_SECOND = [(who, 0.0, 30.0, False) for who in (0, 1, 0, 0, 0, 1, 1, 1)]


History = list[tuple[int, float, float, bool]]
# One run claims, creates as late as it may, and dies; another comes when the lease is over.
HEIR = [
    *[(0, 0.0, 0.0, False)] * 4,
    *[(0, 3.0, 0.0, False), (0, 0.0, LEASE, True), (1, LEASE - 2, 0.0, False)],
    *[(1, 0.0, 0.0, False)] * 3,
    *[(1, 3.0, 0.0, False), (1, 0.0, 0.0, False)],
]


# Two claims of one second, of which the later sorts first and is listed half a second later.
LATE_TIE = [
    *[(0, 0.0, 0.0, False), (1, 0.0, 0.0, False), (0, 0.1, 0.0, False), (1, 0.5, 0.0, False)],
    *[(0, 19.6, 0.0, False), (0, 0.0, 5.0, False), (1, 0.5, 0.0, False), (1, 0.0, 5.0, False)],
]


def jobs_after(history: History, world: World) -> int:
    runners = [Runner() for _ in range(4)]
    for who, seconds, delay, dies in history:
        world.tick(seconds)
        runners[who].turn(world, delay)
        if dies:
            runners[who] = Runner()
    world.tick(LEASE)
    return len(world.jobs)


@settings(max_examples=500)
@given(turns, st.floats(0, LEASE / 2), st.floats(0, LEASE / 2))
@example(SAME_SECOND, 0.0, 0.0)
@example(HEIR, 0.0, LEASE / 2)
@example(LATE_TIE, 20.0, 0.0)
def test_runs_in_any_order_with_any_deaths_create_one_job(
    history: History, files_lag: float, jobs_lag: float
) -> None:
    """Also where lists lag behind creations by up to half a lease, oldest things first."""
    assert jobs_after(history, World(files_lag, jobs_lag)) <= 1


def test_beyond_half_a_lease_a_list_can_hide_a_job_from_the_next_run() -> None:
    """The window that the guarantee leaves open, so that nobody takes it for closed."""
    assert jobs_after(HEIR, World(jobs_lag=LEASE)) == 2


def test_a_lonely_run_comes_to_an_end() -> None:
    world, runner = World(), Runner()
    for _ in range(8):
        runner.turn(world, delay=0.0)
        world.tick(next_step.SETTLE_SECONDS)
    assert len(world.jobs) == 1
