"""Whether the checks can be trusted: planted answers, and names that exist."""

import difflib
from collections.abc import Iterator, Mapping, Sequence

from tuneops.checks.base import Check, Planted
from tuneops.checks.kinds import ContentFilter, FinishReason
from tuneops.config import Config, Gate, SmokeTest
from tuneops.errors import ConfigError
from tuneops.smoke.named_prompts import require_known
from tuneops.smoke.prompts import Prompt, read_prompts

_QUOTE = 80


def configured(test: SmokeTest) -> list[Check]:
    """The checks that a product's configuration asks for.

    Raises:
        ConfigError: Two checks have one name.
    """
    wanted = test.checks
    checks = [*wanted.standard(), FinishReason(), ContentFilter(), *wanted.more]
    titles = [check.title for check in checks]
    if twice := sorted({title for title in titles if titles.count(title) > 1}):
        raise ConfigError(
            f"Two checks are called '{twice[0]}'.", remedy="Give one of them another name."
        )
    return checks


def gates(test: SmokeTest, checks: Sequence[Check], prompts: Sequence[Prompt]) -> dict[str, Gate]:
    """The gate of every check; one that a prompt brings along decides only where it is named.

    Raises:
        ConfigError: A gate is of no check.
    """
    own = dict.fromkeys(check.title for prompt in prompts for check in prompt.checks)
    shown = test.gate.model_copy(update={"decides": False})
    found = {check.title: test.gate for check in checks}
    found |= {title: shown for title in own if title not in found}
    for name, gate in test.gates.items():
        if name not in found:
            near = difflib.get_close_matches(name, found, 1)
            hint = f" Is '{near[0]}' meant?" if near else ""
            raise ConfigError(
                f"smoke_test.gates names '{name}', and there is no such check.{hint}",
                remedy=f"The checks are {', '.join(found)}.",
            )
        found[name] = gate
    return found


def require_known_gates(config: Config) -> None:
    """Raises: ConfigError where a gate is of no check, or the prompts cannot be read."""
    test, prompts = config.smoke_test, read_prompts(config.data.smoke_prompts)
    gates(test, configured(test), prompts)
    require_known(test, prompts)


def accepted_plants(checks: Sequence[Check], gates: Mapping[str, Gate]) -> Iterator[str]:
    """What is wrong with the checks that decide: a bad answer passes, or a good one does not.

    Raises:
        ConfigError: A check decides and nothing shows that it can reject.
    """
    for check in checks:
        if not gates[check.title].decides:
            continue
        planted = check.planted()
        if not planted:
            raise ConfigError(
                f"The check '{check.title}' decides, and no bad answer proves that it rejects.",
                remedy="Give it one under 'rejects', or let it not decide.",
            )
        for bad in planted:
            if check.judge(bad).passed:
                yield f"the check '{check.title}' accepts the planted answer '{bad.text[:_QUOTE]}'"
        for good in check.accepts:
            if not check.judge(Planted(good)).passed:
                yield f"the check '{check.title}' rejects the good answer '{good[:_QUOTE]}'"
