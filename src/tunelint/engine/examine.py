"""The rules that look at one row."""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

import re2

from tunelint.example import PROMPT_ROLES, Example
from tunelint.rule import EXAMPLE_CHECKS, TEXT_PATTERNS, TextPattern, Violation
from tunelint.rules import all_families  # noqa: F401 - importing it fills the register
from tunelint.text import Text, texts_of

SYSTEM_MESSAGES = 100  # whose matches are remembered, since most rows repeat them
SET_MEMORY = 64 * 2**20  # bytes; a set that needs more would find nothing


class Examiner:
    """Looks at rows with the rules of these codes."""

    def __init__(self, codes: Collection[str]) -> None:
        self._codes = codes
        self._sets: dict[str, _PatternSet] = {}

    def violations(self, example: Example) -> Iterator[Violation]:
        for check in EXAMPLE_CHECKS:
            for violation in check(example):
                if violation.rule.code in self._codes:
                    yield violation
        if example.is_plain:
            yield from self._in_plain(example)
            return
        for text in texts_of(example):
            patterns = self._sets.get(text.role) or self._patterns_for(text.role)
            yield from patterns.violations(text)

    def _in_plain(self, example: Example) -> Iterator[Violation]:
        """The same as of any texts, made only for those in which a pattern is found."""
        for message in example.messages:
            patterns = self._sets.get(message.role) or self._patterns_for(message.role)
            if patterns.matches(message.role, message.text):
                path = (*message.path, "content")
                yield from patterns.violations(Text(example, message.role, path, message.text))

    def _patterns_for(self, role: str) -> "_PatternSet":
        patterns = [
            one
            for one in TEXT_PATTERNS
            if one.rule.code in self._codes and (not one.roles or role in one.roles)
        ]
        self._sets[role] = _PatternSet(patterns)
        return self._sets[role]


class _PatternSet:
    """Patterns that are searched for together."""

    def __init__(self, patterns: list[TextPattern]) -> None:
        options = re2.Options()
        options.max_mem = SET_MEMORY
        self._patterns = patterns
        self._set = re2.Set.SearchSet(options)
        for one in patterns:
            self._set.Add(one.pattern)
        self._set.Compile()
        self._remembered = lru_cache(SYSTEM_MESSAGES)(self._set.Match)

    def matches(self, role: str, text: str) -> Sequence[int]:
        """The patterns that are found in a text, by their numbers."""
        if not self._patterns:
            return ()
        find = self._remembered if role in PROMPT_ROLES else self._set.Match
        return find(text) or ()

    def violations(self, text: Text) -> Iterator[Violation]:
        """The first violation of each rule in a text."""
        reported: set[str] = set()
        for index in self.matches(text.role, text.text):
            one = self._patterns[index]
            if one.rule.code not in reported and (found := _first(one, text)):
                reported.add(one.rule.code)
                yield found


def _first(one: TextPattern, text: Text) -> Violation | None:
    for found in re2.finditer(one.pattern, text.text):
        if message := one.check(text, found):
            return Violation(one.rule, message, text.path, offset=found.start())
    return None
