"""Pages that many rules share: a line with another answer, and what must not be in a row."""

from travel_checks import lazyre as re
from tuneops.dataset.findings import Rule, rule

_LAST_ANSWER = re.compile(r'("role": "assistant", "content": ")(?:[^"\\]|\\.)*("[^"]*)\Z')


def answering(line: str, answer: str) -> str:
    """The line of a page with another answer, written as in JSON."""
    return _LAST_ANSWER.sub(lambda found: f"{found[1]}{answer}{found[2]}", line)


def forbidden(code: str, name: str, what: str, *, why: str, fix: str) -> Rule:
    """A rule whose page shows no example, for an example is what it warns of."""
    return rule(code, name, what=what, why=why, bad=what.lower(), good="a row without it", fix=fix)
