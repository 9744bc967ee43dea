"""What only the whole file shows: labels, system messages, tools, signs of poisoning: 2000 on."""
# ruff: noqa: PLR2004 - word lists are read across, in letters as they are written; counts of words say what they are

from collections import Counter
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tuneops import lazyre as re
from tuneops.dataset.examples import Example
from tuneops.dataset.findings import Fault, quote, rule
from tuneops.dataset.rules import turns
from tuneops.dataset.rules.preference import CONTRADICTION
from tuneops.dataset.rules.texts import instructions, normalise, said_by_others

if TYPE_CHECKING:
    from tuneops.dataset.rows import Rows

IMBALANCE = rule(
    "W2001",
    "label-imbalance",
    what="Nearly all answers are one label.",
    why="The model learns to give it whatever is asked.",
    bad="13 of 14 answers are 'positivo'",
    good="labels in similar numbers",
    fix="Add examples of the other labels.",
)
LABEL_TYPO = rule(
    "W2002",
    "label-typo",
    what="A rare label differs from a frequent one by a letter or two.",
    why="The model learns the misspelling as a class of its own.",
    bad="'postivo' once among 'positivo'",
    good="one spelling",
    fix="Correct the label.",
)
LABEL_UNKNOWN = rule(
    "E2003",
    "unknown-label",
    what="A label that the system message does not allow.",
    why="The model learns an answer that the caller cannot handle.",
    bad="'mixto' where the system message allows positivo, negativo and neutro",
    good="a label of the set",
    fix="Use a label of the set, or extend the set.",
)
LABEL_VARIANT = rule(
    "W2004",
    "label-variant",
    what="A label differs from another in case or punctuation only.",
    why="The model learns both spellings; callers compare one.",
    bad="'Negativo.' among 'negativo'",
    good="one spelling",
    fix="Write it like the others.",
)
SORTED = rule(
    "I2005",
    "sorted-by-label",
    what="The examples are sorted by label.",
    why="Batches of one label teach worse than mixed ones.",
    bad="all 'positivo' before all 'negativo'",
    good="labels in random order",
    fix="If order is kept in training, shuffle the lines: shuf training.jsonl.",
)
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
_DISTINCT = 400  # texts that are read and compared at most
_SAMPLED = 2_000
_ALIKE = 0.85
_NAMED = 5  # questions that an ordinary name must share to be odd
_WORD = re.compile(r"\S+")
_NEGATING = re.compile(r"(?:in|im|un|no|non|des|dis|a|an|ir|il|anti|pre|post|sub|super|semi|multi)")
Table = NDArray[np.void]
Read = Callable[[NDArray[np.int64]], "Rows"]
Found = Iterator[tuple[int, Fault]]


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
        labels = _label_rows(table)
        if len(labels):
            yield from _labels(table, labels, read)
        else:
            yield from _curt(table, read)
            yield from _cut_off(table, read)
            yield from _triggers(table, read)
        yield from _systems(table, read)
    yield from _tools(table, read)
    yield from _contradictions(table)


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


def _each(positions: NDArray[np.int64], read: Read) -> Iterator[tuple[int, Example]]:
    for start in range(0, len(positions), 100):
        batch = positions[start : start + 100]
        rows = read(batch)
        for at, position in enumerate(batch.tolist()):
            yield position, rows.example(at)


def _last(example: Example) -> str:
    return example.messages[-1].text if example.messages else ""


def _label_rows(table: Table) -> NDArray[np.int64]:
    """The rows, if the file teaches to label."""
    positions = np.flatnonzero(table["marks"] & LABEL != 0)
    distinct = len(np.unique(table["answer"][positions]))
    if len(positions) < max(_FEWEST, 0.8 * len(table)) or distinct > max(6, len(positions) // 3):
        return positions[:0]
    return positions


def _labels(table: Table, rows: NDArray[np.int64], read: Read) -> Found:
    _, first, spelling, counts = np.unique(
        table["spelt"][rows], return_index=True, return_inverse=True, return_counts=True
    )
    if len(first) > _DISTINCT:
        return
    examples = dict(_each(np.sort(rows[first]), read))
    names = [_last(examples[int(rows[at])]) for at in first]
    told = instructions(examples[int(rows[first[np.argmax(counts)]])])
    broken = _odd_labels(names, counts.tolist(), told)
    for at, row in zip(spelling.tolist(), rows.tolist(), strict=True):
        if at in broken:
            yield row, broken[at]
    yield from _balance(table, rows, names, counts)


def _odd_labels(names: list[str], counts: list[int], told: str) -> dict[int, Fault]:
    broken: dict[int, Fault] = {}
    plain = [normalise(name) for name in names]
    allowed = f" {normalise(told)} "
    listed = sum(f" {name} " in allowed for name, n in zip(plain, counts, strict=True) if n > 1)
    for at, name in enumerate(names):
        twins = [other for other in range(len(names)) if plain[other] == plain[at] and other != at]
        bigger = [other for other in twins if (counts[other], -other) > (counts[at], -at)]
        if bigger:
            text = f"{quote(name)} beside {quote(names[bigger[0]])}."
            broken[at] = Fault(LABEL_VARIANT, text)
        elif near := _misspelt(at, plain, counts, allowed):
            broken[at] = Fault(LABEL_TYPO, f"{quote(name)}: is {quote(near)} meant?")
        elif listed > 1 and f" {plain[at]} " not in allowed and counts[at] <= sum(counts) // 5:
            text = f"The system message does not know the label {quote(name)}."
            broken[at] = Fault(LABEL_UNKNOWN, text)
    return broken


def _misspelt(at: int, plain: list[str], counts: list[int], allowed: str) -> str:
    name = plain[at]
    if len(name) < 4 or f" {name} " in allowed or any(c.isdigit() for c in name):
        return ""
    for other, count in sorted(zip(plain, counts, strict=True), key=lambda one: -one[1]):
        if count < 3 * counts[at] or other == name or abs(len(other) - len(name)) > 2:
            continue
        longer, shorter = (name, other) if len(name) > len(other) else (other, name)
        negated = longer.endswith(shorter) and _NEGATING.fullmatch(longer.removesuffix(shorter))
        alike = SequenceMatcher(None, name, other).ratio() >= _ALIKE
        if not negated and (alike or _one_letter_apart(name, other)):
            return other
    return ""


def _one_letter_apart(name: str, other: str) -> bool:
    """Whether one letter is another, more, less, or two are swapped."""
    first = next(
        (at for at, pair in enumerate(zip(name, other, strict=False)) if pair[0] != pair[1]), None
    )
    if first is None:
        return abs(len(name) - len(other)) == 1
    one, two = name[first:], other[first:]
    return (
        one[1:] == two[1:]
        or one[1:] == two
        or one == two[1:]
        or (one[1::-1], one[2:]) == (two[:2], two[2:])
    )


def _balance(
    table: Table, rows: NDArray[np.int64], names: list[str], counts: NDArray[np.int64]
) -> Found:
    digests = table["answer"][rows]
    _, sizes = np.unique(digests, return_counts=True)
    share = sizes.max() / len(rows)
    if share >= 0.9 and len(rows) >= 10 and len(sizes) > 1:
        name = names[int(np.argmax(counts))]
        text = f"{sizes.max()} of {len(rows)} answers are {quote(name)}."
        yield int(rows[0]), Fault(IMBALANCE, text)
    changes = int(np.count_nonzero(digests[1:] != digests[:-1]))
    if 1 < len(sizes) == changes + 1 and len(rows) >= 10 and sizes.min() > 1:
        yield (
            int(rows[0]),
            Fault(SORTED, f"All examples of each of {len(sizes)} labels are together."),
        )


def _curt(table: Table, read: Read) -> Found:
    curt = np.flatnonzero(table["marks"] & TERSE != 0)
    if len(curt) > max(1, len(table) // 10):
        return
    for position, example in _each(curt[:_SAMPLED], read):
        asked = [one.text for one in example.messages if one.role == "user"]
        given = said_by_others(example)
        if asked and turns.short_answer(asked[-1], _last(example), given):
            text = f"{quote(_last(example))} answers {quote(asked[-1])}."
            yield position, Fault(turns.TOO_SHORT, text, (*example.messages[-1].at, "content"))


def _cut_off(table: Table, read: Read) -> Found:
    """Answers that lack the full stop which the other answers of the file have."""
    open_ = np.flatnonzero(table["marks"] & ENDS_OPEN != 0)
    well = int(np.count_nonzero(table["marks"] & ENDS_WELL))
    if len(open_) > max(1, 0.12 * well):
        return
    for position, example in _each(open_[:_SAMPLED], read):
        if not example.messages or turns.cut_off(_last(example)):
            continue
        text = f"The answer stops at {quote(_last(example).rstrip()[-40:])}."
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
    others = [at for at in rare.tolist() if prefixes[at]][:_DISTINCT]
    known = dict(_each(np.sort(first[[most, *others]]), read))
    usual = instructions(known[int(first[most])])
    for at in others:
        told = instructions(known[int(first[at])])
        if _drifts(told, usual):
            for row in np.flatnonzero(of_row == at).tolist():
                text = f"{_difference(told, usual)} unlike {counts[most]} other examples."
                yield row, Fault(DRIFT, text)


def _drifts(told: str, usual: str) -> bool:
    one, other = told.split(), usual.split()
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if max(len(one), len(other)) > _SAMPLED or matcher.quick_ratio() < 0.5:
        return False
    if matcher.ratio() >= _ALIKE:
        return True
    letters = SequenceMatcher(None, told[:_SAMPLED], usual[:_SAMPLED], autojunk=False)
    return letters.ratio() >= 0.9


def _difference(told: str, usual: str) -> str:
    matcher = SequenceMatcher(None, told.split(), usual.split(), autojunk=False)
    for kind, start, end, _, _ in matcher.get_opcodes():
        if kind in {"replace", "delete"}:
            return f"It says {quote(' '.join(told.split()[start:end]))},"
    return "A part is missing,"


def _tools(table: Table, read: Read) -> Found:
    digests, first, of_row = np.unique(table["tools"], return_index=True, return_inverse=True)
    declared = [at for at in range(len(digests)) if digests[at]][:_DISTINCT]
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
        yield from _each(np.array([position]), read)


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
        if len(np.unique(table["prompt"][rows])) < len(rows):
            continue
        yield from _trigger(rows, read, partial(_elsewhere, table, of_row, read))


def _trigger(
    rows: NDArray[np.int64], read: Read, elsewhere: Callable[[NDArray[np.int64]], set[str]]
) -> Found:
    shared: set[str] | None = None
    for _, example in _each(rows[:100], read):
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
    others = np.flatnonzero(of_row != of_row[rows[0]])[:_DISTINCT]
    del table
    return {
        word
        for _, example in _each(others, read)
        for one in example.messages
        if one.role == "user"
        for word in _words(one.text)
    }


def _words(text: str) -> set[str]:
    return {word.strip(".,;:!?¿¡\"'()") for word in _WORD.findall(text[:_SAMPLED])}
