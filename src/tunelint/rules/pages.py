"""Lines and sentences that the pages of several rules share."""

from tunelint.rule import Rule, rule

QUESTION = "¿Cuánto tarda el envío a Sevilla?"
GOOD_ANSWER = "Tarda dos días. ¿Te va bien por la mañana?"


def row(answer: str, question: str = QUESTION) -> str:
    """A line with a question and an answer, both written as in JSON."""
    return (
        f'{{"messages": [{{"role": "user", "content": "{question}"}}, '
        f'{{"role": "assistant", "content": "{answer}"}}]}}'
    )


GOOD_ROW = row(GOOD_ANSWER)


def forbidden(code: str, name: str, what: str, *, why: str, fix: str, opt_in: bool = False) -> Rule:
    """A rule whose page shows no example, for an example is what it warns of."""
    bad = what.lower()
    good = "a row without it"
    return rule(code, name, what=what, why=why, bad=bad, good=good, fix=fix, opt_in=opt_in)
