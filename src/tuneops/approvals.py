"""Who approved that a job runs in an environment, decided from what GitHub tells; no I/O.

GitHub tells the reviews of a run, not of its attempts, and not when they were made (REST API
2022-11-28, "Get the review history for a workflow run"). So only a first attempt can be told to
have been approved.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tuneops.errors import PreconditionError

IsMember = Callable[[str, str], bool]
"""Whether the team (its slug) has the member (a login); False where nobody can tell."""


@dataclass(frozen=True)
class Rule:
    """What an environment asks for: logins of people, slugs of teams."""

    environment: str
    people: tuple[str, ...]
    teams: tuple[str, ...]
    refuses_own: bool
    lets_admins_bypass: bool

    @property
    def reviewers(self) -> list[str]:
        return [*self.people, *self.teams]


@dataclass(frozen=True)
class WorkflowRun:
    """``started_by`` are the logins of whoever started the run."""

    attempt: int
    started_by: tuple[str, ...]


@dataclass(frozen=True)
class Approval:
    """``by`` are logins; of a bypass those of whoever went round the rule, as far as known."""

    by: tuple[str, ...]
    bypass: bool = False

    @property
    def record(self) -> str:
        names = ", ".join(self.by)
        return f"bypass by {names or 'an administrator'}" if self.bypass else names


def read_rule(name: str, environment: Any) -> Rule:  # noqa: ANN401 - JSON
    """The rule of an environment as GitHub describes it; one that does not exist asks nothing."""
    described = environment or {}
    rules = [r for r in described.get("protection_rules", []) if r["type"] == "required_reviewers"]
    listed = [one["reviewer"] for rule in rules for one in rule.get("reviewers", [])]
    return Rule(
        name,
        people=tuple(one["login"] for one in listed if "login" in one),
        teams=tuple(one["slug"] for one in listed if "login" not in one),
        refuses_own=any(rule.get("prevent_self_review") for rule in rules),
        lets_admins_bypass=bool(described.get("can_admins_bypass", True)),
    )


def read_run(run: Any) -> WorkflowRun:  # noqa: ANN401 - JSON
    actors = (run.get(name) or {} for name in ("actor", "triggering_actor"))
    logins = {str(actor["login"]) for actor in actors if "login" in actor}
    return WorkflowRun(int(run["run_attempt"]), tuple(sorted(logins)))


def approval(rule: Rule, reviews: Iterable[Any], run: WorkflowRun, is_member: IsMember) -> Approval:
    """Who let this run into the environment, by its rule or round it.

    Raises:
        PreconditionError: It is a later attempt, of which nobody can tell who approved it.
    """
    if run.attempt != 1:
        raise PreconditionError(
            f"This is attempt {run.attempt}: GitHub does not tell who approved it.",
            remedy="Start the workflow anew instead of running its jobs again.",
        )
    approvers = tuple(dict.fromkeys(_approvers(rule.environment, reviews)))
    entitled = tuple(login for login in approvers if _may(login, rule, run, is_member))
    return Approval(entitled) if entitled else Approval(approvers, bypass=True)


def _approvers(environment: str, reviews: Iterable[Any]) -> Iterable[str]:
    for review in reviews:
        named = {str(one["name"]).casefold() for one in review.get("environments", [])}
        if review["state"] == "approved" and environment.casefold() in named:
            yield str(review["user"]["login"])


def _may(login: str, rule: Rule, run: WorkflowRun, is_member: IsMember) -> bool:
    """Where no administrator can bypass the rule, GitHub takes approvals of its teams alone."""
    own = _has(run.started_by, login)
    if own and rule.refuses_own:
        return False
    if _has(rule.people, login):
        return True
    certain = bool(rule.teams) and not rule.lets_admins_bypass
    return certain or any(is_member(team, login) for team in rule.teams)


def _has(logins: Iterable[str], login: str) -> bool:
    """GitHub's logins have no case."""
    return login.casefold() in {known.casefold() for known in logins}
