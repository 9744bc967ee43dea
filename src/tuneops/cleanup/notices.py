"""The notice of what is left over in an account, kept in one tag of the account; no I/O.

Files and jobs have no tags, so the account's tag holds times, each followed by the marks of what
was due then: ``2026-12-01T03:23:00Z 1a2b3c4d 5e6f7a8b``.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime

from tuneops.limits import MAX_TAG_VALUE
from tuneops.tags import read_timestamp, timestamp

TAG = "tuneops-leftovers"
_MARK = re.compile(r"[0-9a-f]{8}")


def mark_of(*identity: str) -> str:
    """Eight digits for one thing; what is made anew under its old name has another mark."""
    return hashlib.sha256("\n".join(identity).encode("utf-8", "replace")).hexdigest()[:8]


def read(text: str | None) -> dict[str, datetime]:
    """When notice was given, by mark; what cannot be read counts as none."""
    noticed: dict[str, datetime] = {}
    since: datetime | None = None
    for word in (text or "").split():
        if not _MARK.fullmatch(word):
            since = read_timestamp(word)
        elif since is not None:
            noticed[word] = since
    return noticed


def write(noticed: Mapping[str, datetime]) -> str:
    """As many as a tag's value holds, the oldest first; one night has room for 26."""
    text, since = "", ""
    for mark, moment in sorted(noticed.items(), key=lambda pair: (pair[1], pair[0])):
        time = timestamp(moment)
        words = f" {mark}" if time == since else f" {time} {mark}"
        if len(text) + len(words) > MAX_TAG_VALUE + 1:
            break
        text, since = text + words, time
    return text.strip()
