"""What scripts/cleanup.py does, each command from its options to its facts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneops import config as configuration
from tuneops import confirmation, console, github, products
from tuneops.azure import subscription
from tuneops.azure.cloud import Session, connect
from tuneops.cleanup import apply as applying
from tuneops.cleanup import inventory, outcomes, plan_file, present
from tuneops.cleanup import plan as planning
from tuneops.cleanup import policy as policies
from tuneops.cleanup import purge as purging
from tuneops.cleanup.outcomes import Outcome
from tuneops.cleanup.plan import Plan
from tuneops.config import Config
from tuneops.errors import ExitCode, UndecidedError

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True)
class Shown:
    """A command's facts for a machine and for a person, and how it ends."""

    facts: Any
    shown: "RenderableType"
    exit_code: int


def plan(policy_path: Path, out: Path | None, issue: Path | None) -> Shown:
    policy = policies.load(policy_path)
    session = connect()
    policy.check_subscription(session.subscription)
    now = outcomes.utc_now()
    found = inventory.read_subscription(session, policy, _places(), now)
    made = planning.plan(found, policy, now)
    if out:
        plan_file.write(made, out)
    if issue:
        issue.write_text(present.issue(made), encoding="utf-8")
    _tell_github(made)
    return Shown(plan_file.to_json(made), present.of_plan(made), _over(made, policy))


def apply(policy_path: Path, plan_path: Path, *, yes: bool, dry_run: bool) -> Shown:
    agreed = plan_file.read(plan_path)
    policy = policies.load(policy_path)
    session = connect()
    context = inventory.read_context(session, policy, _places(), outcomes.utc_now())
    applying.admit(agreed, session.subscription, policy, context.now)
    if agreed.due and not dry_run:
        _consent(session, present.of_plan(agreed), f"{agreed.due} rows will be done.", yes=yes)
    return _outcomes(applying.apply(context, agreed, console.say, dry_run=dry_run))


def purge(policy_path: Path, *, yes: bool, dry_run: bool) -> Shown:
    policy = policies.load(policy_path)
    session = connect()
    context = inventory.read_context(session, policy, _places(), outcomes.utc_now())
    due = purging.purgeable(context)
    would = [Outcome("account", d.account.name, "skipped", "dry run: would purge it") for d in due]
    if dry_run:
        return _outcomes(would)
    if due:
        _consent(session, present.of_outcomes(would), f"{len(due)} accounts go for good.", yes=yes)
    return _outcomes(purging.purge(context, due, console.say))


def _places() -> list[Config]:
    """Each product where it is trained, and in each of its environments."""
    homes = [configuration.load(Path(product.config)) for product in products.find()]
    return [
        place
        for home in homes
        for place in (home, *(home.in_environment(name) for name in home.environments))
    ]


def _consent(session: Session, shown: "RenderableType", what: str, *, yes: bool) -> None:
    """In GitHub Actions the plan that was reviewed is the consent."""
    if yes or github.in_actions():
        return
    console.rich_console(stderr=True).print(shown)
    name = subscription.display_name(session)
    confirmation.require_typed(name, f"In subscription {name}, {what}")


def _outcomes(done: Sequence[Outcome]) -> Shown:
    results = {outcome.result for outcome in done}
    code = ExitCode.DONE
    if "failed" in results:
        code = ExitCode.FINDINGS
    elif "requested" in results:
        code = ExitCode.STILL_RUNNING
    facts = [asdict(outcome) for outcome in done]
    return Shown(facts, present.of_outcomes(done), code)


def _over(made: Plan, policy: policies.Policy) -> int:
    try:
        planning.check_breakers(made.groups, made.items, len(made.groups), policy)
    except UndecidedError as error:
        console.report(error)
        return error.exit_code
    return ExitCode.DONE


def _tell_github(made: Plan) -> None:
    counts = {action: str(len(made.rows(action))) for action in ("delete", "mark", "keep")}
    leftovers = str(len(made.leftovers("delete")))
    due = str(made.due + sum(row.action == "purge" for row in made.deleted_accounts))
    github.set_outputs(**counts, leftovers=leftovers, due=due)
    github.add_summary(present.issue(made))
