"""A copy of what production served, on the base deployment, for when production is missing.

The tags of a deployment go with it: whoever deletes production, or dies between deleting and
making it anew, would take the way back along.
"""

from tuneops.azure.deployments import Deployment
from tuneops.limits import MAX_TAG_VALUE
from tuneops.release.history import Release
from tuneops.tags import KEPT_RELEASE, is_ours

_FIELDS = ("model", "key", "job", "git_sha", "served")
_NOTHING = "-"


def kept(base: Deployment | None, product: str) -> tuple[Release | None, Release | None]:
    """What production served last, and before that, as far as the base deployment tells."""
    tags = base.tags if base is not None and is_ours(base.tags) else {}
    current, previous = (_read(tags.get(name, "")) for name in _names(product))
    return current, previous


def tags(product: str, release: Release, previous: Release | None) -> dict[str, str | None]:
    current, before = _names(product)
    return {current: _written(release), before: _written(previous) if previous else None}


def no_tags(product: str) -> dict[str, str | None]:
    return dict.fromkeys(_names(product))


def _names(product: str) -> tuple[str, str]:
    return f"{KEPT_RELEASE}{product}", f"{KEPT_RELEASE}{product}.before"


def _written(release: Release) -> str:
    values = (getattr(release, name) or _NOTHING for name in _FIELDS)
    return " ".join(values)[:MAX_TAG_VALUE]


def _read(text: str) -> Release | None:
    values = dict(zip(_FIELDS, text.split(), strict=False))
    known = {name: value for name, value in values.items() if value != _NOTHING}
    return Release(**known) if len(values) == len(_FIELDS) and "model" in known else None
