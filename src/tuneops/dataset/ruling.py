"""What a product's configuration says about rules, as the options of a check."""

from typing import TYPE_CHECKING, Any

from tuneops.checks.kinds import Own
from tuneops.dataset.findings import RULES, Severity
from tuneops.dataset.rules.demands import Demands
from tuneops.dataset.rules.encoding import BYTE_ORDER_MARK
from tuneops.dataset.rules.limits import BILLED
from tuneops.dataset.rules.policy import Policy
from tuneops.dataset.rules.vision import OPENAI_COUNT, OPENAI_PAIR
from tuneops.errors import ConfigError
from tuneops.limits import MAX_EXAMPLE_TOKENS

if TYPE_CHECKING:
    from tuneops.config import Checks, Config

# Where the services' documents differ. OpenAI's own refuses the byte-order mark that Azure's guide
# asks for, takes ten images in an example where Azure takes 64 (vision fine-tuning guides), has
# preference optimization for text only (its guide, 2026), and knows no limit of billed tokens for
# a job (Azure: two billion, quotas and limits, 2026-02-17). Both take 512 MB a file, ten examples
# at least, 65,536 tokens in an example, and JPEG, PNG or WEBP of 10 MB.
PROFILES: dict[str, dict[str, Severity | None]] = {
    "azure": {},
    "openai": {
        BYTE_ORDER_MARK.code: Severity.WARNING,
        OPENAI_COUNT.code: Severity.ERROR,
        OPENAI_PAIR.code: Severity.ERROR,
        BILLED.code: None,
    },
}


def options(config: "Config") -> dict[str, Any]:
    """Fields of Options.

    Raises:
        ConfigError: There is no such rule.
    """
    rules = config.rules
    own = {code_of(name): Severity(severity) for name, severity in rules.severity.items()}
    off: dict[str, Severity | None] = {code_of(name): None for name in rules.off}
    return {
        "severities": tuple((PROFILES[rules.profile] | own | off).items()),
        "max_example_tokens": rules.max_example_tokens or MAX_EXAMPLE_TOKENS,
        "exceptions": rules.exceptions,
        "policy": policy_of(config),
    }


def policy_of(config: "Config") -> Policy:
    checks = config.rules.policy or config.smoke_test.checks
    return Policy(
        Demands(
            language=checks.language,
            recommendations=_forbidden_recommendations(checks),
            longest=checks.max_words,
            ends_with_question=checks.ends_with_question,
            forbidden=frozenset(config.rules.forbidden_topics),
        ),
        checks.min_words if checks.min_words > 1 else 0,
    )


def _forbidden_recommendations(checks: "Checks") -> Any:  # noqa: ANN401 - as configured
    own = [check for check in checks.more if isinstance(check, Own)]
    return next((one.parameters["kinds"] for one in own if "kinds" in one.parameters), ())


def code_of(name: str) -> str:
    """The code of the rule of that code or name.

    Raises:
        ConfigError: There is none.
    """
    for one in RULES.values():
        if name in {one.code, one.name}:
            return one.code
    raise ConfigError(
        f"There is no rule '{name}'.", remedy="validate_data.py explain --all lists every rule."
    )
