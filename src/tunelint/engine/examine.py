"""The rules that look at one row."""

from collections.abc import Collection, Iterator

import re2

from tunelint.example import Example
from tunelint.rule import EXAMPLE_CHECKS, TEXT_PATTERNS, Violation
from tunelint.rules import all_families  # noqa: F401 - importing it fills the register
from tunelint.text import Text, texts_of


class Examiner:
    """Looks at rows with the rules of these codes."""

    def __init__(self, codes: Collection[str]) -> None:
        self._codes = codes
        self._patterns = [one for one in TEXT_PATTERNS if one.rule.code in codes]
        self._set = re2.Set.SearchSet()
        for one in self._patterns:
            self._set.Add(one.pattern)
        if self._patterns:
            self._set.Compile()

    def violations(self, example: Example) -> Iterator[Violation]:
        for check in EXAMPLE_CHECKS:
            for violation in check(example):
                if violation.rule.code in self._codes:
                    yield violation
        if self._patterns:
            for text in texts_of(example):
                yield from self._in_text(text)

    def _in_text(self, text: Text) -> Iterator[Violation]:
        """The first violation of each rule in a text."""
        reported: set[str] = set()
        for index in self._set.Match(text.text):
            one = self._patterns[index]
            if one.rule.code in reported or (one.roles and text.role not in one.roles):
                continue
            for found in re2.finditer(one.pattern, text.text):
                if message := one.check(text, found):
                    reported.add(one.rule.code)
                    yield Violation(one.rule, message, text.path, offset=found.start())
                    break
