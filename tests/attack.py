"""How many examples the tests marked ``attack`` try: a share in `make test`, more on demand."""

import os

TIMES = int(os.environ.get("ATTACK_EXAMPLES", "1"))


def examples(share: int) -> int:
    """The share of `make test`, multiplied in `make attack`."""
    return share * TIMES
