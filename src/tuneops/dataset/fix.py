"""Repairs that cannot change what a file teaches; doing them twice changes nothing more."""

import errno
import json
import os
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

from xxhash import xxh3_128_digest

from tuneops.dataset import jsontext
from tuneops.dataset.examples import ROLES, format_of
from tuneops.dataset.reading import (
    BOM,
    HEAD_BYTES,
    MAX_LINE_BYTES,
    Line,
    check_same,
    decode,
    identity_of,
    open_regular,
    read_lines,
    size_of,
    wrong_kind,
)
from tuneops.errors import ConfigError
from tuneops.escaping import visible
from tuneops.limits import MAX_TRAINING_FILE_BYTES

SHOWN_CHANGES = 20
_SHOWN_CHARACTERS = 160
_SHOWN_BEFORE = 60
_EXAMPLE_ORDER = ("messages", "input", "preferred_output", "non_preferred_output", "tools")
_MESSAGE_ORDER = ("role", "name", "content", "refusal", "tool_calls", "tool_call_id", "weight")
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_TALK = ("system", "developer", "user", "assistant")


@dataclass(frozen=True, slots=True)
class Change:
    """A line before and after; `after` is None for a line that goes."""

    line: int
    before: bytes
    after: bytes | None

    def diff(self) -> str:
        """The change as a hunk of a unified diff; of long lines what is around the difference."""
        head = f"@@ -{self.line} +{self.line} @@"
        before = self.before.decode("utf-8", "replace")
        if self.after is None:
            return f"{head}\n-{_shown(before.removesuffix(chr(10)), 0)}"
        after = self.after.decode("utf-8", "replace")
        if before + "\n" != after:
            before, after = before.removesuffix("\n"), after.removesuffix("\n")
        pairs = enumerate(zip(before, after, strict=False))
        same = next((at for at, pair in pairs if pair[0] != pair[1]), min(len(before), len(after)))
        start = max(0, same - _SHOWN_BEFORE)
        return f"{head}\n-{_shown(before, start)}\n+{_shown(after, start)}"


@dataclass(frozen=True, slots=True)
class Repair:
    """What is to change in a file: the first changes, and how many there are."""

    path: Path
    changes: tuple[Change, ...]
    count: int

    def diff(self) -> str:
        if not self.count:
            return ""
        name = visible(str(self.path))
        hunks = [change.diff() for change in self.changes]
        left = self.count - len(self.changes)
        rest = [f"… and {left:,} lines more."] if left else []
        return "\n".join([f"--- {name}", f"+++ {name}", *hunks, *rest])


def plan(path: Path) -> Repair:
    """What would change.

    Raises:
        ConfigError: The file is no JSON Lines file, or cannot be read.
    """
    with open_regular(path) as stream:
        return _repair(path, stream, None)


def fix(path: Path) -> Repair:
    """Repair the file, all of it or nothing.

    Raises:
        ConfigError: As plan, or the file cannot be written or changes meanwhile.
    """
    with open_regular(path) as stream:
        identity = identity_of(stream)
        target = path.resolve()
        if not os.fstat(stream.fileno()).st_mode & _WRITABLE:
            raise _unwritable(path, PermissionError(errno.EACCES, "it is read-only"))
        try:
            written = NamedTemporaryFile(dir=target.parent, delete=False)  # noqa: SIM115 - below
        except OSError as error:
            raise _unwritable(path, error) from error
        new = Path(written.name)
        try:
            with written:
                repair = _repair(path, stream, written)
            check_same(stream, path, identity)
            if repair.count:
                new.chmod(stat.S_IMODE(os.fstat(stream.fileno()).st_mode))
                new.replace(target)
        except OSError as error:
            raise _unwritable(path, error) from error
        finally:
            new.unlink(missing_ok=True)
    return repair


def _repair(path: Path, stream: BinaryIO, written: Any) -> Repair:  # noqa: ANN401 - a temporary file
    _check_kind(path, stream)
    changes: list[Change] = []
    count = 0
    for change in _lines(path, stream):
        if written is not None and change.after is not None:
            written.write(change.after)
        if change.after != change.before:
            count += 1
            if len(changes) < SHOWN_CHANGES:
                changes.append(change)
    return Repair(path, tuple(changes), count)


def _check_kind(path: Path, stream: BinaryIO) -> None:
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    kind = wrong_kind(head) or wrong_kind(head.removeprefix(BOM).lstrip())
    if kind is not None or size_of(stream) > MAX_TRAINING_FILE_BYTES:
        why = kind.message if kind else "The file has more than 512 MB."
        raise ConfigError(
            f"{visible(str(path))} cannot be repaired. {why}",
            remedy=kind.rule.fix if kind else "Azure takes no bigger training file.",
        )


def _lines(path: Path, stream: BinaryIO) -> Iterator[Change]:
    seen: set[bytes] = set()
    for line in read_lines(stream):
        if line.too_long:
            raise ConfigError(
                f"{_place(path, line)} has more than {MAX_LINE_BYTES:,} bytes.",
                remedy="Put each example on a line of its own.",
            )
        if b"\x00" in line.raw:
            raise ConfigError(
                f"{_place(path, line)} holds zero bytes.",
                remedy="Restore the file from a good copy.",
            )
        before = line.raw + line.end
        after = _line(line)
        if after is not None:
            digest = xxh3_128_digest(after)
            if digest in seen and _is_example(after):
                after = None
            seen.add(digest)
        yield Change(line.number, before, None if after is None else after + b"\n")


def _place(path: Path, line: Line) -> str:
    return f"Line {line.number} of {visible(str(path))}"


def _line(line: Line) -> bytes | None:
    raw = line.raw.removesuffix(b"\r").removeprefix(BOM)
    if not raw.strip():
        return None
    value = _parsed(raw)
    if format_of(value) is None:
        return raw
    mended = _ordered(value, _EXAMPLE_ORDER)
    for key in ("messages", "preferred_output", "non_preferred_output"):
        if key in mended:
            mended[key] = _messages(mended[key])
    if isinstance(mended.get("input"), dict):
        asked = _ordered(mended["input"], _EXAMPLE_ORDER)
        mended["input"] = asked | {"messages": _messages(asked.get("messages"))}
    same = list(_pairs(mended)) == list(_pairs(value))
    return raw.strip() if same else json.dumps(mended, ensure_ascii=False).encode()


def _parsed(raw: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return jsontext.parse(decode(raw))
    except (UnicodeDecodeError, jsontext.JsonFault):
        return None


def _is_example(raw: bytes) -> bool:
    return format_of(_parsed(raw)) is not None


def _messages(messages: object) -> object:
    return [_message(one) for one in messages] if isinstance(messages, list) else messages


def _message(message: object) -> object:
    if not isinstance(message, dict) or message.get("role") not in ROLES:
        return message
    mended = _ordered(message, _MESSAGE_ORDER)
    content = mended.get("content")
    if isinstance(content, str) and message["role"] in _TALK:
        text = unicodedata.normalize("NFC", content).strip()
        mended["content"] = text or content
    return mended


def _ordered(value: dict[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    known = {key: value[key] for key in order if key in value}
    return known | value


def _pairs(value: object) -> Iterator[object]:
    """All there is in a value, its order of keys included."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield tuple(one)
            waiting += one.values()
        elif isinstance(one, list):
            yield len(one)
            waiting += one
        else:
            yield type(one), one


def _shown(text: str, start: int) -> str:
    end = start + _SHOWN_CHARACTERS
    return f"{'…' if start else ''}{visible(text[start:end])}{'…' if end < len(text) else ''}"


def _unwritable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"{visible(str(path))} cannot be written: {error.strerror}.",
        remedy="Nothing was changed; make the file and its folder writable.",
    )
