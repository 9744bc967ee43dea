"""Files of another kind than JSON Lines of training examples."""

import re
from dataclasses import dataclass

from tunelint.escaping import quote
from tunelint.rule import Rule
from tunelint.rules import encoding
from tunelint.rules.json_syntax import ARRAY_WRAPPER
from tunelint.source import BOM, HEAD_BYTES

_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PAR1": "Parquet",
    b"SQLite format 3\x00": "SQLite",
    b"%PDF": "PDF",
    b"\x78\x01": "zlib",
    b"\x78\x9c": "zlib",
    b"\x78\xda": "zlib",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!": "RAR",
    b"\x04\x22\x4d\x18": "LZ4",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file's",
    b"ARROW1": "Arrow",
    b"\x80\x04\x95": "pickle",
}
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_CR_BETWEEN_EXAMPLES = re.compile(rb"\}\r\s*\{")
_OBJECT_LINE = re.compile(rb"^\s*(?:\xef\xbb\xbf)?[{\[]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class WrongKind:
    """Why a file as a whole is no JSON Lines file."""

    rule: Rule
    message: str
    line: int = 1
    column: int = 0


def wrong_kind(head: bytes) -> WrongKind | None:
    """What the first bytes of a file give it away as, if not as JSON Lines."""
    for look in (_binary, _wide, _pointer, _carriage_returns, _array, _other_text):
        if (found := look(head.removeprefix(BOM))) is not None:
            return found
    return None


def _binary(head: bytes) -> WrongKind | None:
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return WrongKind(encoding.COMPRESSED, f"The file is {name} data, not text.")
    return None


def _wide(head: bytes) -> WrongKind | None:
    if head.startswith(_WIDE_MARKS) or _half_is_zero(head):
        return WrongKind(encoding.UTF16, "The file is UTF-16 or UTF-32, not UTF-8.")
    return None


def _half_is_zero(head: bytes) -> bool:
    sample = head[:512]
    even, odd = sample[0::2], sample[1::2]
    halves = (even.count(0) * 2 > len(even), odd.count(0) * 2 > len(odd))
    return len(sample) > 1 and halves[0] != halves[1]


def _pointer(head: bytes) -> WrongKind | None:
    if head.startswith(b"version https://") and b"\noid sha256:" in head[:200]:
        return WrongKind(
            encoding.LFS_POINTER, "The file is a Git LFS pointer; the data is elsewhere."
        )
    return None


def _carriage_returns(head: bytes) -> WrongKind | None:
    if b"\n" not in head and _CR_BETWEEN_EXAMPLES.search(head):
        return WrongKind(
            encoding.CR_LINE_ENDS, "Lines end in carriage returns: all examples are on one line."
        )
    return None


def _array(head: bytes) -> WrongKind | None:
    text = head.lstrip()
    first = text.split(b"\n", 1)[0]
    if not text.startswith(b"[") or re.match(rb'\[\s*\{\s*"(?:role|from)"', first):
        return None
    before = head[: head.index(b"[")]
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    what = "The file is one JSON array, not one JSON object a line."
    return WrongKind(ARRAY_WRAPPER, what, line, column)


def _other_text(head: bytes) -> WrongKind | None:
    if not head.strip() or b"\x00" in head[:1] or _OBJECT_LINE.search(head):
        return None
    if len(head) == HEAD_BYTES and b"\n" not in head:
        return None
    first = head.strip().splitlines()[0].decode("utf-8", "replace")
    looks = "This looks like CSV: " if re.search(r"[,;\t]", first) else ""
    return WrongKind(
        encoding.NOT_JSONL, f"{looks}no line starts with '{{'; the file starts with {quote(first)}."
    )
