"""One example in numbers, as it is handed between processes, compared, and kept in the cache."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from xxhash import xxh3_64_intdigest, xxh3_128_digest

from tuneops.dataset.examples import Message
from tuneops.dataset.fingerprints import Fingerprints, fingerprints
from tuneops.dataset.jsontext import parse
from tuneops.dataset.near import BINS, signatures
from tuneops.dataset.rows import ROLE_CODES, Rows
from tuneops.dataset.rules import corpus
from tuneops.dataset.rules.duplicates import ANSWERED, CANNED, CANNED_LENGTH
from tuneops.dataset.speech import Speech
from tuneops.dataset.tokens import encode, example_tokens, message_tokens

COMPARABLE, CLEAN = 4, 8  # flags, beside those of duplicates
_DIGESTS = ("normalised", "talk", "prompt", "question", "answer", "prefix", "asked")
_EXACT = ("system", "spelt", "tools", "chosen", "other")  # `spelt` is of the last answer
# `low` and `high` are the digest of the line; the other digests are those of Fingerprints.
ROW = np.dtype(
    [
        ("line", np.uint32),
        ("length", np.uint32),
        ("offset", np.int64),
        ("low", np.uint64),
        ("high", np.uint64),
        *((name, np.uint64) for name in _DIGESTS),
        ("tokens", np.uint32),
        ("messages", np.uint32),
        ("turns", np.uint32),
        ("flags", np.uint8),
        ("marks", np.uint8),
        *((name, np.uint64) for name in _EXACT),
        ("signature", np.uint8, (BINS,)),
    ]
)
BYTES = np.dtype((np.void, ROW.itemsize))  # of a row: fields would be copied one by one
Table = NDArray[np.void]
Digests = NDArray[np.uint64]


def empty() -> Table:
    return np.zeros(0, ROW)


def by_line(tables: Sequence[Table]) -> Table:
    """One table of all rows, in the order of lines."""
    if len(tables) < 2:  # noqa: PLR2004 - nothing to put in order
        return tables[0] if tables else empty()
    joined = np.concatenate([table.view(BYTES) for table in tables]).view(ROW)
    return joined.take(np.argsort(joined["line"]))


def line_digests(lines: Sequence[bytes], seed: int = 0) -> Digests:
    """The lower and the upper 64 bits of each line's digest."""
    digests = b"".join([xxh3_128_digest(line, seed) for line in lines])
    return np.frombuffer(digests, ">u8").astype(np.uint64).reshape(-1, 2)[:, ::-1]


def table_of(
    rows: Rows, digests: Digests, speech: Speech | None, *, compares: bool
) -> tuple[Table, NDArray[np.int64]]:
    """The rows as a table, and the tokens before each one's first answer.

    Args:
        rows: The examples.
        digests: Of each line, as line_digests gives them.
        speech: What they say as tokens, if tokens are wanted.
        compares: Whether to make fingerprints, signatures, and what rules of whole files need.
    """
    table = np.zeros(len(rows), ROW)
    before = np.zeros(len(rows), np.int64)
    if not len(rows):
        return table, before
    table["line"], table["offset"] = rows.lines, rows.offsets
    table["length"] = [len(raw) for raw in rows.raws]
    table["low"], table["high"] = digests.T
    _shape(rows, table)
    if compares:
        _systems(rows, table)
        _last_turns(rows, table)
        _special(rows, table)
        _compare(table, fingerprints(rows))
    if speech is not None:
        before = _count(rows, table, speech)
        if compares:
            _sign(table, speech)
    return table, before


def _shape(rows: Rows, table: Table) -> None:
    answers = np.concatenate([[0], np.cumsum(rows.orders == ROLE_CODES["assistant"])])
    table["messages"] = np.diff(rows.ends, prepend=0)
    table["turns"] = np.diff(answers[rows.ends], prepend=0)
    answered = np.zeros(len(rows), np.bool_)
    full = table["messages"] > 0
    answered[full] = rows.orders[rows.ends[full] - 1] == ROLE_CODES["assistant"]
    answered[rows.partial] = False
    table["flags"] = answered * ANSWERED


def _systems(rows: Rows, table: Table) -> None:
    """Digests of the system messages as they are spelt; zero stands for none."""
    told = [xxh3_64_intdigest(prompt.strip().encode()) for prompt in rows.prompts]
    owners = np.searchsorted(rows.ends, rows.prompt_places, side="right")
    np.add.at(table["system"], owners, np.array(told, np.uint64)[rows.prompt_of])


def _last_turns(rows: Rows, table: Table) -> None:
    """What the rules of whole files have to know of each example's last turn."""
    ends = rows.talk_ends.tolist()
    starts = [0, *ends]
    answered = np.flatnonzero(table["flags"] & ANSWERED)
    marks = []
    for at in answered.tolist():
        end = ends[at]
        answer = rows.talk[end - 1]
        question = rows.talk[end - 2] if end - starts[at] > 1 else ""
        table["flags"][at] |= CANNED * (len(answer) >= CANNED_LENGTH)
        marks.append(mark := corpus.marks(question, answer))
        if mark & corpus.LABEL:
            table["spelt"][at] = xxh3_64_intdigest(answer.encode())
    table["marks"][answered] = marks


def _special(rows: Rows, table: Table) -> None:
    """Digests of tools, and of pairs, which only unproven examples have."""
    for at, written in rows.tools.items():
        table["tools"][at] = _tools_digest(written)
    for at, example in rows.unproven.items():
        if tools := example.tools[0]:
            table["tools"][at] = xxh3_64_intdigest(repr(tools).encode())
        if example.rejected:
            table["chosen"][at] = _said(example.messages[len(example.asked) :])
            table["other"][at] = _said(example.rejected)


@lru_cache(maxsize=64)
def _tools_digest(written: bytes) -> int:
    return xxh3_64_intdigest(repr(parse(written.decode())).encode())


def _said(messages: Iterable[Message]) -> int:
    said = "\n".join(message.text.strip() for message in messages)
    return xxh3_64_intdigest(said.encode())


def _compare(table: Table, found: Fingerprints) -> None:
    for name in _DIGESTS:
        table[name] = getattr(found, name)


def _count(rows: Rows, table: Table, speech: Speech) -> NDArray[np.int64]:
    _, prompt_offsets = encode(list(rows.prompts))
    costs = message_tokens(rows, speech.counts, np.diff(prompt_offsets))
    table["tokens"], before = example_tokens(rows, costs)
    return before


def _sign(table: Table, speech: Speech) -> None:
    table["signature"], comparable = signatures(speech)
    table["flags"] |= (comparable * COMPARABLE).astype(np.uint8)
