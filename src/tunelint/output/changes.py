"""What a change of a data file does, and what a conversion did, for a person."""

from collections.abc import Iterator, Mapping
from typing import Any

from tunelint.convert import Conversion
from tunelint.escaping import visible
from tunelint.output.grouping import counted

_SHOWN = 20  # keys, and reasons
_SHOWN_ROWS = 5  # of a reason
_NAMES = {
    "examples": "examples",
    "tokens": "tokens",
    "training_cost": "training, US dollars",
    "answer_words": "words of an answer (median)",
    "policy_breaches": "answers that the product's checks refuse",
}


def diff_as_text(facts: Mapping[str, Any]) -> str:
    """Both sides in numbers, the rows, and the findings that are new.

    Args:
        facts: Of Diff.as_dict; a side may also have its `training_cost`.
    """
    return "\n".join((*_sides(facts["base"], facts["head"]), *_rows(facts), _verdict(facts)))


def _sides(base: Mapping[str, Any], head: Mapping[str, Any]) -> Iterator[str]:
    cells = [(_NAMES[key], base[key], head[key]) for key in _NAMES if key in head]
    cells += [
        (f"answers in {name}", base["languages"].get(name, 0), head["languages"].get(name, 0))
        for name in {**base["languages"], **head["languages"]}
    ]
    wide = max(len(name) for name, *_ in cells)
    yield f"{'':<{wide}} {'base':>12} {'head':>12}"
    for name, *numbers in cells:
        yield f"{name:<{wide}} " + " ".join(f"{number:>12,}" for number in numbers)


def _rows(facts: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("added", "removed", "changed"):
        shown = facts["rows"][kind]
        yield from (f"{kind} line {row['line']}: {visible(row['question'])}" for row in shown)
        if facts[kind] > len(shown):
            yield f"… and {facts[kind] - len(shown):,} more {kind}"
    for one in facts["new_findings"]:
        yield f"new: {one['file']}:{one['line'] or 0}: {one['code']} {one['message']}"


def _verdict(facts: Mapping[str, Any]) -> str:
    return (
        f"{counted(facts['added'], 'row')} added, {facts['removed']:,} removed, "
        f"{facts['changed']:,} changed; {counted(len(facts['new_findings']), 'new finding')}, "
        f"{facts['fixed_findings']:,} gone."
    )


def conversion_as_text(found: Conversion, command: str = "python -m tunelint") -> str:
    """What was written, what was left out and why, and what to do next."""
    return "\n".join(_conversion(found, command))


def _conversion(found: Conversion, command: str) -> Iterator[str]:
    target = visible(str(found.target))
    for name, number in found.formats.items():
        yield f"{counted(number, 'row')} of {name}"
    if found.dropped:
        keys = ", ".join(f"{visible(key)} ({number:,})" for key, number in _most(found.dropped))
        yield f"Dropped, as training rows have no such keys: {keys}"
    for reason, number in _most(found.reasons):
        rows = [f"{row:,}" for row, why in found.left_out if why == reason][:_SHOWN_ROWS]
        where = f" ({', '.join(rows)}{', …' * (number > len(rows))})" if rows else ""
        yield f"{counted(number, 'row')} left out{where}: {visible(reason)}"
    if found.written:
        yield f"Wrote {counted(found.written, 'row')} to {target}."
        yield f"Next: {command} check {target}"
    else:
        yield f"No row could be converted; {target} was not written."


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: -one[1])[:_SHOWN]
