"""What the rows of a file show together: 2001 to 2009, and contradictory pairs, 1101."""

from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise

from tunelint.escaping import quote
from tunelint.example import PROMPT_ROLES, Example
from tunelint.rule import RowFile, RowViolation, Violation, on_file, rule

IMBALANCE = rule("""W2001 label-imbalance
    Nearly all answers are one label.
    The model learns to give it whatever is asked.
    Fix: Add examples of the other labels.
    Bad: 13 of 14 answers are 'positivo'""")
SORTED = rule("""I2005 sorted-by-label
    The examples are sorted by label.
    Batches of one label teach worse than mixed ones.
    Fix: If order is kept in training, shuffle the lines: shuf training.jsonl.
    Bad: all 'positivo' before all 'negativo'""")
SPLIT = rule("""W2006 split-mismatch
    The validation file is larger than the training file.
    Most of the examples are then not learnt from.
    Fix: Split the examples anew, at random, a tenth of them to validate with.
    Bad: 100 examples to validate with, 50 to train on""")
DRIFT = rule("""W2007 system-drift
    A system message differs slightly from the one that the others have.
    It is usually a typo; in production there is one system message.
    Fix: Write it like the others.
    Bad: 'Eres un asitente amable.' once among 'Eres un asistente amable.'""")
SYSTEM_MISSING = rule("""W2008 system-missing
    An example lacks the system message that the others have.
    The model learns to behave so without being told, or to waver when it is.
    Fix: Add it.
    Bad: one conversation of sixty without the system message""")
CONTRADICTION = rule("""W1101 contradictory-preference
    The same question twice, with the preference the other way round.
    The two pairs cancel each other out.
    Fix: Delete one of the two.
    Bad: one pair prefers 'Sí.' to 'No.', another 'No.' to 'Sí.'""")

_FEWEST = 10  # rows in which a habit can be seen
_RARE = 0.1  # of the rows
_USUAL = 0.5
_LABELLED = 0.8
_IMBALANCED = 0.9
_MANY_LABELS = 6
_ALIKE = 0.9  # similarity of two system messages, in letters
_MAX_FORMS = 50  # system messages that are compared
_MAX_LENGTH = 2_000  # characters of a system message that is compared


@on_file
def labels(file: RowFile) -> Iterator[RowViolation]:
    """Files that teach to label."""
    rows = [number for number, facts in enumerate(file.rows) if facts.is_label]
    answers = [file.rows[number].digests.answer for number in rows]
    counts = Counter(answers)
    few = max(_MANY_LABELS, len(rows) // 3)
    if len(rows) < max(_FEWEST, _LABELLED * len(file.rows)) or not 1 < len(counts) <= few:
        return
    digest, most = counts.most_common(1)[0]
    if most >= _IMBALANCED * len(rows):
        row = rows[answers.index(digest)]
        label = quote(file.row(row).messages[-1].text)
        yield RowViolation(row, IMBALANCE, f"{most} of {len(rows)} answers are {label}.")
    changes = sum(one != other for one, other in pairwise(answers))
    if changes == len(counts) - 1 and min(counts.values()) > 1:
        text = f"All examples of each of {len(counts)} labels are together."
        yield RowViolation(rows[0], SORTED, text)


@on_file
def systems(file: RowFile) -> Iterator[RowViolation]:
    """Rows whose system message is not quite that of most."""
    forms = [facts.digests.system for facts in file.rows]
    counts = Counter(forms)
    usual, most = counts.most_common(1)[0] if counts else (0, 0)
    if not usual or len(forms) < _FEWEST or most < _USUAL * len(forms):
        return
    rare = max(1, _RARE * len(forms))
    some = [form for form, count in counts.items() if form and count <= rare][:_MAX_FORMS]
    wanted = _told(file.row(forms.index(usual)))
    slips = {form for form in some if _is_slip(_told(file.row(forms.index(form))), wanted)}
    for number, form in enumerate(forms):
        if form in slips:
            text = f"Nearly the system message of {most} others; it says {quote(wanted)} there."
            yield RowViolation(number, DRIFT, text)
        elif not form and counts[0] <= rare and file.rows[number].messages:
            text = f"The example has no system message; {most} others have one."
            yield RowViolation(number, SYSTEM_MISSING, text)


def _told(example: Example) -> str:
    return "\n".join(one.text for one in example.messages if one.role in PROMPT_ROLES)


def _is_slip(text: str, usual: str) -> bool:
    if max(len(text), len(usual)) > _MAX_LENGTH or any(map(str.isdigit, text + usual)):
        return False
    matcher = SequenceMatcher(None, text, usual, autojunk=False)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


@on_file
def contradictions(file: RowFile) -> Iterator[RowViolation]:
    """Pairs that prefer what another pair rejects."""
    seen: dict[tuple[int, int, int], int] = {}
    for number, facts in enumerate(file.rows):
        prompt, answer, other = facts.digests.prompt, facts.digests.answer, facts.digests.other
        if not other:
            continue
        if (before := seen.get((prompt, other, answer))) is not None:
            text = f"Line {file.rows[before].line} prefers the other answer."
            yield RowViolation(number, CONTRADICTION, text, before)
        seen.setdefault((prompt, answer, other), number)


def compare_sizes(validation_rows: int, training_rows: int) -> Iterator[Violation]:
    """Whether a validation file is larger than what is trained on."""
    if 0 < training_rows < validation_rows:
        text = f"{validation_rows} examples to validate with, {training_rows} to train on."
        yield Violation(SPLIT, text)
