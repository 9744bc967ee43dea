"""What the rows of a file show together: 2001 to 2009, and contradictory pairs, 1101."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any

from tunelint.escaping import quote
from tunelint.example import PROMPT_ROLES, Example
from tunelint.file_rule import RowFile, RowViolation, on_file
from tunelint.row_table import LABEL, RowTable
from tunelint.rule import Violation, rule

IMBALANCE = rule(
    "W2001",
    "label-imbalance",
    what="Nearly all answers are one label.",
    why="The model learns to give it whatever is asked.",
    bad="13 of 14 answers are 'positivo'",
    good="labels in similar numbers",
    fix="Add examples of the other labels.",
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
    what="The validation file is larger than the training file.",
    why="Most of the examples are then not learnt from.",
    bad="100 examples to validate with, 50 to train on",
    good="a tenth of the examples, drawn at random",
    fix="Split the examples anew, at random.",
)
DRIFT = rule(
    "W2007",
    "system-drift",
    what="A system message differs slightly from the one that the others have.",
    why="It is usually a typo; in production there is one system message.",
    bad="'Eres un asitente amable.' once among 'Eres un asistente amable.'",
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
CONTRADICTION = rule(
    "W1101",
    "contradictory-preference",
    what="The same question twice, with the preference the other way round.",
    why="The two pairs cancel each other out.",
    bad="one pair prefers 'Sí.' to 'No.', another 'No.' to 'Sí.'",
    good="one preference for each question",
    fix="Delete one of the two.",
)

_FEWEST = 10  # rows in which a habit can be seen
_RARE = 0.1  # of the rows
_USUAL = 0.5
_LABELLED = 0.8
_IMBALANCED = 0.9
_MANY_LABELS = 6
_ALIKE = 0.9  # similarity of two system messages, in letters
_MAX_FORMS = 50  # system messages or tool lists that are compared
_MAX_LENGTH = 2_000  # characters of a system message


@on_file
def labels(file: RowFile) -> Iterator[RowViolation]:
    """Files that teach to label."""
    table = file.table
    rows = [row for row, flags in enumerate(table.flags) if flags & LABEL]
    counts = Counter(table.answer[row] for row in rows)
    few = max(_MANY_LABELS, len(rows) // 3)
    if len(rows) < max(_FEWEST, _LABELLED * len(table)) or not 1 < len(counts) <= few:
        return
    digest, most = counts.most_common(1)[0]
    if most >= _IMBALANCED * len(rows):
        row = next(row for row in rows if table.answer[row] == digest)
        text = f"{most} of {len(rows)} answers are {quote(file.row(row).messages[-1].text)}."
        yield RowViolation(row, Violation(IMBALANCE, text))
    changes = sum(table.answer[one] != table.answer[other] for one, other in pairwise(rows))
    if changes == len(counts) - 1 and min(counts.values()) > 1:
        text = f"All examples of each of {len(counts)} labels are together."
        yield RowViolation(rows[0], Violation(SORTED, text))


@on_file
def systems(file: RowFile) -> Iterator[RowViolation]:
    """Rows whose system message is not quite that of most."""
    table = file.table
    counts = Counter(table.system)
    digest, most = counts.most_common(1)[0] if counts else (0, 0)
    if not digest or len(table) < _FEWEST or most < _USUAL * len(table):
        return
    usual = _told(file.row(table.system.index(digest)))
    drifting = _drifting(file, counts, usual)
    rare = max(1, _RARE * len(table))
    for row, system in enumerate(table.system):
        if system in drifting:
            yield RowViolation(row, Violation(DRIFT, f"{drifting[system]} {most} others differ."))
        elif not system and counts[0] <= rare and table.messages[row]:
            text = f"The example has no system message; {most} others have one."
            yield RowViolation(row, Violation(SYSTEM_MISSING, text))


def _drifting(file: RowFile, counts: Counter[int], usual: str) -> dict[int, str]:
    """The rare system messages that are nearly the usual one, with what is different."""
    rare = max(1, _RARE * len(file.table))
    forms = [one for one, count in counts.items() if one and count <= rare][:_MAX_FORMS]
    texts = {one: _told(file.row(file.table.system.index(one))) for one in forms}
    return {one: _difference(text, usual) for one, text in texts.items() if _is_slip(text, usual)}


def _told(example: Example) -> str:
    return "\n".join(one.text for one in example.messages if one.role in PROMPT_ROLES)


def _is_slip(text: str, usual: str) -> bool:
    if max(len(text), len(usual)) > _MAX_LENGTH or any(map(str.isdigit, text + usual)):
        return False
    matcher = SequenceMatcher(None, text, usual, autojunk=False)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _difference(text: str, usual: str) -> str:
    ours, theirs = text.split(), usual.split()
    for kind, start, end, _, _ in SequenceMatcher(None, ours, theirs).get_opcodes():
        if kind in {"replace", "delete"}:
            return f"It says {quote(' '.join(ours[start:end]))}, in which"
    return "It leaves out a part, in which"


@on_file
def tools(file: RowFile) -> Iterator[RowViolation]:
    """Functions that are declared in several ways."""
    table = file.table
    sizes = Counter(digest for digest in table.tools if digest)
    forms = {
        digest: _declared(file.row(table.tools.index(digest)))
        for digest, _ in sizes.most_common(_MAX_FORMS)
    }
    counts = defaultdict[str, Counter[str]](Counter)
    for digest, declared in forms.items():
        for name, form in declared.items():
            counts[name][form] += sizes[digest]
    for row, digest in enumerate(table.tools):
        for name, form in forms.get(digest, {}).items():
            usual, number = counts[name].most_common(1)[0]
            if form != usual and counts[name][form] <= _RARE * number:
                text = f"{quote(name)} is declared differently in {number} examples."
                yield RowViolation(row, Violation(SCHEMA_DRIFT, text, ("tools",)))


def _declared(example: Example) -> dict[str, str]:
    """The parameters of each function, without what is only described."""
    found: dict[str, str] = {}
    tools = example.tools[0]
    for tool in tools if isinstance(tools, list) else ():
        function = tool.get("function") if isinstance(tool, dict) else None
        if isinstance(function, dict) and isinstance(function.get("name"), str):
            found[function["name"]] = repr(_shape(function.get("parameters")))
    return found


def _shape(schema: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(schema, dict):
        kept = schema.keys() - {"description", "title"}
        return sorted((key, _shape(schema[key])) for key in kept)
    return sorted(map(repr, schema)) if isinstance(schema, list) else schema


@on_file
def contradictions(file: RowFile) -> Iterator[RowViolation]:
    """Pairs that prefer what another pair rejects."""
    table = file.table
    seen: dict[tuple[int, int, int], int] = {}
    for row, other in enumerate(table.other):
        if not other:
            continue
        prompt, answer = table.prompt[row], table.answer[row]
        if (before := seen.get((prompt, other, answer))) is not None:
            text = f"Line {table.line[before]} prefers the other answer."
            yield RowViolation(row, Violation(CONTRADICTION, text), before)
        seen.setdefault((prompt, answer, other), row)


def compare_sizes(validation: RowTable, training_rows: int) -> Iterator[Violation]:
    """Whether a validation file is larger than what is trained on."""
    if 0 < training_rows < len(validation):
        text = f"{len(validation)} examples to validate with, {training_rows} to train on."
        yield Violation(SPLIT, text)
