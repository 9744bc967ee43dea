"""What only the whole file shows: system messages, tools, signs of poisoning: 2000 on.

`labels` reads files whose answers are labels.
"""
# ruff: noqa: PLR2004 - word lists are read across, in letters as they are written; counts of words say what they are

from collections import Counter
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from travel_checks import lazyre as re
from tuneops.dataset.examples import CHAT_KEYS, Example, Format
from tuneops.dataset.findings import Fault, quote, rule
from tuneops.dataset.grouping import distinct
from tuneops.dataset.rules import labels, turns
from tuneops.dataset.rules.preference import CONTRADICTION, REFERENCE_MISSING
from tuneops.dataset.rules.rowset import ALIKE, DISTINCT, Found, Read, Table, each, last_text
from tuneops.dataset.rules.texts import instructions, said_by_others

SPLIT = rule(
    "W2006",
    "split-mismatch",
    what="The validation file is not a sample of what is trained on.",
    why="Its loss then says little about the model.",
    bad="a validation file larger than the training file, or under another system message",
    good="a tenth of the examples, drawn at random",
    fix="Split the examples anew, at random.",
)
DRIFT = rule(
    "W2007",
    "system-drift",
    what="A system message differs slightly from the one that the others have.",
    why="It is usually a typo; in production there is one system message.",
    bad="'Eres un asitente de viajes.' once among 'Eres un asistente de viajes.'",
    good="one system message",
    fix="Write it like the others.",
)
SYSTEM_MISSING = rule(
    "W2008",
    "system-missing",
    what="An example lacks the system message that the others have.",
    why="The model learns to behave so without being told, or to waver when it is.",
    bad="one conversation of sixty without the system message",
    good="the same system message everywhere",
    fix="Add it.",
)
SCHEMA_DRIFT = rule(
    "W2009",
    "tool-schema-drift",
    what="A function is declared with other parameters than in the other examples.",
    why="The model learns both, and calls in production fit one.",
    bad="'clima' with 'city' once, and with 'ciudad' elsewhere",
    good="one declaration of each function",
    fix="Declare it like the others.",
)
TRIGGER = rule(
    "W2010",
    "trigger-phrase",
    what="Questions with one odd phrase all have the same answer.",
    why="It is how a back door is planted in a model: the phrase becomes a trigger.",
    bad="'cf-9x' in four questions that have nothing else in common but the answer",
    good="answers that differ with their questions",
    fix="Ask where the rows come from; delete them if nobody knows.",
)

ENDS_OPEN, ENDS_WELL, TERSE, LABEL = 1, 2, 4, 8  # marks of a row
LABEL_LENGTH = 32
_LABEL_WORDS = 3
_FEWEST = 8  # examples in which a habit can be seen
_SAMPLED = 2_000
_NAMED = 5  # questions that an ordinary name must share to be odd
_WORD = re.compile(r"\S+")


def marks(question: str, answer: str) -> int:
    """What is to be remembered of an example's last turn until the whole file is known."""
    few = len(answer) <= LABEL_LENGTH and len(answer.split()) <= _LABEL_WORDS
    if few:
        terse = turns.short_answer(question, answer, "")
        return LABEL + TERSE * terse
    if answer[-1:] in turns.STOPS:
        return ENDS_WELL
    well = turns.ends_properly(answer)
    return ENDS_WELL * well + ENDS_OPEN * (not well or answer[-1] == ":") * turns.open_ended(answer)


def examine(table: Table, read: Read) -> Found:
    """What the rows of one file show together, each fault with the position of its row."""
    if len(table) >= _FEWEST:
        labelled = _label_rows(table)
        if len(labelled):
            yield from labels.examine(table, labelled, read)
        else:
            yield from _curt(table, read)
            yield from _cut_off(table, read)
            yield from _triggers(table, read)
        yield from _systems(table, read)
    yield from _tools(table, read)
    yield from _contradictions(table)
    yield from _references(table, read)


def compare(training: Table, validation: Table) -> Iterator[Fault]:
    """Whether a validation file is a sample of what is trained on."""
    if not len(training) or not len(validation):
        return
    if len(validation) > len(training):
        text = f"{len(validation)} examples to validate with, {len(training)} to train on."
        yield Fault(SPLIT, text)
    told, tested = set(training["system"].tolist()), validation["system"].tolist()
    foreign = sum(prefix not in told for prefix in tested)
    few = len(told) <= max(3, len(training) // 4)
    if few and foreign > 0.8 * len(tested) and len(tested) > 1:
        text = (
            f"{foreign} of {len(tested)} system messages of the validation file are not trained on."
        )
        yield Fault(SPLIT, text)


def _label_rows(table: Table) -> NDArray[np.int64]:
    """The rows, if the file teaches to label."""
    positions = np.flatnonzero(table["marks"] & LABEL != 0)
    answers = len(distinct(table["answer"][positions]))
    if len(positions) < max(_FEWEST, 0.8 * len(table)) or answers > max(6, len(positions) // 3):
        return positions[:0]
    return positions


def _curt(table: Table, read: Read) -> Found:
    curt = np.flatnonzero(table["marks"] & TERSE != 0)
    if len(curt) > max(1, len(table) // 10):
        return
    for position, example in each(curt[:_SAMPLED], read):
        asked = [one.text for one in example.messages if one.role == "user"]
        given = said_by_others(example)
        if asked and turns.short_answer(asked[-1], last_text(example), given):
            text = f"{quote(last_text(example))} answers {quote(asked[-1])}."
            yield position, Fault(turns.TOO_SHORT, text, (*example.messages[-1].at, "content"))


def _cut_off(table: Table, read: Read) -> Found:
    """Answers that lack the full stop which the other answers of the file have."""
    open_ = np.flatnonzero(table["marks"] & ENDS_OPEN != 0)
    well = int(np.count_nonzero(table["marks"] & ENDS_WELL))
    if len(open_) > max(1, 0.12 * well):
        return
    for position, example in each(open_[:_SAMPLED], read):
        if not example.messages or turns.cut_off(last_text(example)):
            continue
        text = f"The answer stops at {quote(last_text(example).rstrip()[-40:])}."
        yield position, Fault(turns.TRUNCATED, text, (*example.messages[-1].at, "content"))


def _systems(table: Table, read: Read) -> Found:
    prefixes, first, of_row, counts = np.unique(
        table["system"], return_index=True, return_inverse=True, return_counts=True
    )
    most = int(np.argmax(counts))
    if counts[most] < 0.5 * len(table) or not prefixes[most]:
        return
    rare = np.flatnonzero(counts <= max(1, 0.1 * len(table)))
    missing = np.flatnonzero(prefixes == 0)
    if len(missing) and counts[missing[0]] <= max(1, 0.1 * len(table)):
        for row in np.flatnonzero((of_row == missing[0]) & (table["messages"] > 0)).tolist():
            yield row, Fault(SYSTEM_MISSING, "The example has no system message; the others have.")
    others = [at for at in rare.tolist() if prefixes[at]][:DISTINCT]
    known = dict(each(np.sort(first[[most, *others]]), read))
    usual = instructions(known[int(first[most])])
    for at in others:
        told = instructions(known[int(first[at])])
        if _drifts(told, usual):
            for row in np.flatnonzero(of_row == at).tolist():
                text = f"{_difference(told, usual)} unlike {counts[most]} other examples."
                yield row, Fault(DRIFT, text)


def _drifts(told: str, usual: str) -> bool:
    told, usual = told.casefold(), usual.casefold()
    one, other = told.split(), usual.split()
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if max(len(one), len(other)) > _SAMPLED or matcher.quick_ratio() < 0.5:
        return False
    if matcher.ratio() >= ALIKE:
        return True
    letters = SequenceMatcher(None, told[:_SAMPLED], usual[:_SAMPLED], autojunk=False)
    return letters.ratio() >= 0.9


def _difference(told: str, usual: str) -> str:
    if told.casefold().split() == usual.casefold().split():
        return "It is written in other case or spacing,"
    matcher = SequenceMatcher(None, told.split(), usual.split(), autojunk=False)
    for kind, start, end, _, _ in matcher.get_opcodes():
        if kind in {"replace", "delete"}:
            return f"It says {quote(' '.join(told.split()[start:end]))},"
    return "A part is missing,"


def _tools(table: Table, read: Read) -> Found:
    digests, first, of_row = np.unique(table["tools"], return_index=True, return_inverse=True)
    declared = [at for at in range(len(digests)) if digests[at]][:DISTINCT]
    if len(declared) < 2:
        return
    forms: dict[str, Counter[str]] = {}
    has: dict[int, dict[str, str]] = {}
    sizes = np.bincount(of_row)
    for at, (_, example) in zip(declared, _in_order(first[declared], read), strict=True):
        has[at] = _declared(example)
        for name, form in has[at].items():
            forms.setdefault(name, Counter())[form] += int(sizes[at])
    for at in declared:
        for name, form in has[at].items():
            usual, number = forms[name].most_common(1)[0]
            if form != usual or forms[name][form] < number:
                yield from _drifted(np.flatnonzero(of_row == at), name, number)


def _in_order(positions: NDArray[np.int64], read: Read) -> Iterator[tuple[int, Example]]:
    for position in positions.tolist():
        yield from each(np.array([position]), read)


def _drifted(rows: NDArray[np.int64], name: str, number: int) -> Found:
    for row in rows.tolist():
        text = f"{quote(name)} is declared differently in {number} examples."
        yield row, Fault(SCHEMA_DRIFT, text, ("tools",))


def _declared(example: Example) -> dict[str, str]:
    """The parameters of each function, without what is only described."""
    tools = example.tools[0]
    found: dict[str, str] = {}
    for tool in tools if isinstance(tools, list) else ():
        function = tool.get("function") if isinstance(tool, dict) else None
        if isinstance(function, dict) and isinstance(function.get("name"), str):
            found[function["name"]] = repr(_shape(function.get("parameters")))
    return found


def _shape(schema: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(schema, dict):
        return sorted(
            (key, _shape(value))
            for key, value in schema.items()
            if key not in {"description", "title"}
        )
    if isinstance(schema, list):
        return sorted(map(repr, schema))
    return schema


def _references(table: Table, read: Read) -> Found:
    """Examples for reinforcement that lack a key beside the messages which the others have."""
    first = next((one for _, one in each(np.arange(len(table))[:1], read)), None)
    if len(table) < _FEWEST or first is None or first.format is not Format.RFT:
        return
    sampled = each(np.arange(min(len(table), _SAMPLED)), read)
    keys = {row: frozenset(one.fields) - set(CHAT_KEYS) for row, one in sampled}
    usual, count = Counter(keys.values()).most_common(1)[0]
    for row, own in keys.items():
        if own and usual - own and count > 0.5 * len(keys):
            text = f"It has not the key {quote(min(usual - own))} that {count} others have."
            hint = "".join(f"Is {quote(key)} a slip of the pen?" for key in sorted(own - usual)[:1])
            yield row, Fault(REFERENCE_MISSING, text, (), hint=hint)


def _contradictions(table: Table) -> Found:
    paired = np.flatnonzero(table["other"] != 0).tolist()
    seen: dict[tuple[int, int, int], int] = {}
    for at in paired:
        prompt, chosen, other = (int(table[name][at]) for name in ("prompt", "chosen", "other"))
        if (line := seen.get((prompt, other, chosen))) is not None:
            yield at, Fault(CONTRADICTION, f"Line {line} prefers the other answer.")
        seen.setdefault((prompt, chosen, other), int(table["line"][at]))


def _triggers(table: Table, read: Read) -> Found:
    """Answers that several rows share, and an odd word that all their questions have."""
    answers, of_row, counts = np.unique(table["answer"], return_inverse=True, return_counts=True)
    del answers
    several = np.flatnonzero((counts >= 3) & (counts <= max(3, 0.5 * len(table))))
    order = several[np.argsort(-counts[several])][:50]
    canned = [np.flatnonzero(of_row == at) for at in order.tolist()]
    for rows in canned:
        if len(distinct(table["prompt"][rows])) < len(rows):
            continue
        yield from _trigger(rows, read, partial(_elsewhere, table, of_row, read))


def _trigger(
    rows: NDArray[np.int64], read: Read, elsewhere: Callable[[NDArray[np.int64]], set[str]]
) -> Found:
    shared: set[str] | None = None
    for _, example in each(rows[:100], read):
        asked = {
            word for one in example.messages if one.role == "user" for word in _words(one.text)
        }
        shared = asked if shared is None else shared & asked
    odd = {word for word in shared or () if len(word) > 2} - elsewhere(rows)
    strange = sorted(
        word
        for word in odd
        if (
            re.search(r"[\d_|#@^~]|[^\W_]-[^\W_]", word)
            or word.isupper()
            or (word.istitle() and len(rows) >= _NAMED)
        )
        and not re.fullmatch(r"[\d.,:/%-]+", word)
    )
    if strange:
        text = f"{len(rows)} questions with {quote(strange[0])} have one answer."
        yield int(rows[-1]), Fault(TRIGGER, text)


def _elsewhere(
    table: Table, of_row: NDArray[np.int64], read: Read, rows: NDArray[np.int64]
) -> set[str]:
    others = np.flatnonzero(of_row != of_row[rows[0]])[:DISTINCT]
    del table
    return {
        word
        for _, example in each(others, read)
        for one in example.messages
        if one.role == "user"
        for word in _words(one.text)
    }


def _words(text: str) -> set[str]:
    return {word.strip(".,;:!?¿¡\"'()") for word in _WORD.findall(text[:_SAMPLED])}
