"""Which literals an expression cannot do without, so that a text without them is never searched.

An expression's alternatives each need some things, and each thing is there in one of several
wordings: ``te (?:recomiendo|sugiero) {hotel}`` needs "te ", one of two verbs, and whatever the
fragment ``hotel`` needs. What stands in a class, in a lookaround or in something optional is not
needed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

Need = frozenset[str]  # of these one
Way = tuple[Need, ...]  # of these all

_LEAST = 2  # characters of a literal that is worth looking for
_TOKENS = re.compile(
    r"\{(?P<fragment>[A-Za-z]+)\}|(?P<quantifier>(?:[?*+]|\{\d*,?\d*\})[?+]?)|\\(?P<escape>.)"
    r"|(?P<other>\[(?:\\.|[^\]\\])*\]|[.^$])|(?P<lookaround>\(\?<?[=!])|(?P<open>\((?:\?P<\w+>|\?[-\w]*:)?)"
    r"|(?P<close>\))|(?P<bar>\|)|(?P<literal>.)"
)


def ways(row: str, fragments: Mapping[str, str]) -> list[Way]:
    """For each alternative of an expression, in lower case, what it needs."""
    return _Reader(row, fragments).alternatives()


@dataclass
class _Alternative:
    needs: list[Need] = field(default_factory=list)
    run: str = ""

    def close(self) -> None:
        if len(self.run) >= _LEAST:
            self.needs.append(frozenset({self.run.lower()}))
        self.run = ""


class _Reader:
    def __init__(self, row: str, fragments: Mapping[str, str]) -> None:
        self._tokens = list(_TOKENS.finditer(row))[::-1]  # the next one last
        self._fragments = fragments

    def alternatives(self) -> list[Way]:
        """Those up to the end, or to the bracket that closes their group."""
        found: list[Way] = []
        now = _Alternative()
        while self._tokens:
            token = self._tokens.pop()
            if token["bar"] or token["close"]:
                now.close()
                found.append(tuple(now.needs))
                now = _Alternative()
                if token["close"]:
                    return found
            else:
                self._read(token, now)
        now.close()
        return [*found, tuple(now.needs)]

    def _read(self, token: re.Match[str], now: _Alternative) -> None:
        escape = token["escape"] or ""
        literal = token["literal"] or ("" if escape.isalnum() else escape)
        need = None if literal else self._need(token)
        quantifier = self._tokens.pop()[0] if self._quantified() else ""
        optional = quantifier[:1] in {"?", "*"} or quantifier.startswith("{0")
        if literal and not optional:
            now.run += literal
        if quantifier or (not literal and escape != "b"):
            now.close()
        if need and not optional:
            now.needs.append(need)

    def _quantified(self) -> bool:
        return bool(self._tokens and self._tokens[-1]["quantifier"])

    def _need(self, token: re.Match[str]) -> Need | None:
        if token["fragment"]:
            return _one_of(ways(self._fragments[token["fragment"]], self._fragments))
        if token["open"] or token["lookaround"]:
            need = _one_of(self.alternatives())
            return None if token["lookaround"] else need
        return None


def _one_of(alternatives: list[Way]) -> Need | None:
    """The rarest need of each alternative, together; none if an alternative has no need."""
    if not all(alternatives):
        return None
    return frozenset().union(*(max(way, key=rarity) for way in alternatives))


def rarity(need: Need) -> tuple[int, int]:
    """How seldom a text meets the need, roughly: its shortest literal decides."""
    return min(map(len, need)), -len(need)
