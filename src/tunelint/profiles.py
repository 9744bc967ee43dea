"""Where the services' documents differ, as severities of rules."""

from tunelint.rule import Severity
from tunelint.rules.encoding import BYTE_ORDER_MARK
from tunelint.rules.limits import BILLED
from tunelint.rules.vision import OPENAI_COUNT, OPENAI_PAIR

DEFAULT_PROFILE = "azure"

# OpenAI's own service refuses the byte-order mark that Azure's guide asks for, takes ten images in
# an example where Azure takes 64 (vision fine-tuning guides), has preference optimization for text
# only (its guide, 2026), and knows no limit of billed tokens for a job (Azure: two billion, quotas
# and limits, 2026-02-17). Both take 512 MB a file, ten examples at least, 65,536 tokens in an
# example, and JPEG, PNG or WEBP of 10 MB.
PROFILES: dict[str, dict[str, Severity | None]] = {
    "azure": {},
    "openai": {
        BYTE_ORDER_MARK.code: Severity.WARNING,
        OPENAI_COUNT.code: Severity.ERROR,
        OPENAI_PAIR.code: Severity.ERROR,
        BILLED.code: None,
    },
}
