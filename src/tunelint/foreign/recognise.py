"""Files of another kind than JSON Lines in the training format, each named once."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tunelint.escaping import quote, visible
from tunelint.example import format_of
from tunelint.foreign.arrow import PYARROW
from tunelint.foreign.encodings import CP1252, UNKNOWN, narrow_encoding, wide_encoding
from tunelint.foreign.layouts import LISTS_OF_A_ROW, Layout, columns_of, delimiter_of, layout_of
from tunelint.foreign.magic import CONVERTED, binary_kind
from tunelint.foreign.shapes import common_shape, shape_of
from tunelint.rule import Rule
from tunelint.rules.encoding import COMPRESSED, FOREIGN_FORMAT, LFS_POINTER, NOT_UTF8, UTF16

NAME_ENCODING = "Name its encoding with --encoding, such as cp1251 or shift_jis."
_UNPACK = "Unpack it, and check what is in it."
_EXPORT = "Export the data as JSON Lines or CSV."
_BEFORE = {
    "Parquet": f"First install pyarrow: {PYARROW}.",
    "Arrow": f"First install pyarrow: {PYARROW}.",
    "Excel": "Save the sheet as CSV UTF-8, and convert that.",
    "bzip2": _UNPACK,
    "xz": _UNPACK,
    "zstd": _UNPACK,
}


@dataclass(frozen=True, slots=True)
class ForeignFormat:
    """What a file is instead.

    Attributes:
        rule: The rule that is broken.
        name: The format: "gzip", "UTF-16", "CSV", "ShareGPT conversations".
        message: What was seen, in a sentence.
        remedy: What to do, when `tunelint convert` cannot help; else what to do before.
        convertible: Whether `tunelint convert` can help.
        options: Of that command, beside the two files.
    """

    rule: Rule
    name: str
    message: str
    remedy: str = ""
    convertible: bool = True
    options: tuple[str, ...] = ()

    def hint(self, path: Path) -> str:
        """What to do with the file at this path."""
        if not self.convertible:
            return self.remedy
        words = ("python", "-m", "tunelint", "convert", str(path), str(target(path)))
        return visible(f"{self.remedy} Convert it: {shlex.join((*words, *self.options))}".strip())


_WESTERN = "The file is Windows-1252 (Latin-1), not UTF-8."
OF_ENCODINGS = {
    CP1252: ForeignFormat(NOT_UTF8, "Windows-1252", _WESTERN),
    UNKNOWN: ForeignFormat(
        NOT_UTF8,
        "unknown encoding",
        "The file is not UTF-8.",
        "Name its encoding, such as cp1251 or shift_jis.",
        options=("--encoding", "cp1251"),
    ),
}


def target(path: Path) -> Path:
    """A name for what a file is converted to."""
    plain = path.with_suffix("") if path.suffix in {".gz", ".zip"} else path
    fresh = plain.with_suffix(".jsonl")
    return fresh if fresh != path else path.with_name(f"{path.stem}.converted.jsonl")


def recognise(head: bytes, rows: Sequence[object]) -> ForeignFormat | None:
    """What a file is, if not JSON Lines of training rows.

    Args:
        head: The first bytes of the file, which may be cut anywhere.
        rows: The values of the first lines that are JSON, whole ones only.
    """
    text = head.decode("utf-8", "replace").strip("\ufeff\x00 \t\r\n")
    found = _binary(head) or _encoding(head) or (_layout(text, rows) if text else None)
    shape = None if found else common_shape(rows)
    if shape is None:
        return found
    message = f"The rows are {shape.name} ({shape.keys}), not the training format."
    return ForeignFormat(FOREIGN_FORMAT, shape.name, message, shape.remedy, bool(shape.convert))


def no_text(head: bytes) -> ForeignFormat | None:
    """What a file is whose lines cannot be shown: packed, binary, UTF-16 or UTF-32."""
    found = _binary(head) or _encoding(head)
    return found if found and found.rule in (COMPRESSED, UTF16) else None


def _binary(head: bytes) -> ForeignFormat | None:
    name = binary_kind(head)
    if name is None:
        return None
    convertible = name in CONVERTED
    remedy = _BEFORE.get(name, "" if convertible else _EXPORT)
    message = f"The file is {name} data, not text."
    return ForeignFormat(COMPRESSED, name, message, remedy, convertible)


def _encoding(head: bytes) -> ForeignFormat | None:
    if head.startswith(b"version https://") and b"\noid sha256:" in head[:200]:
        message = "The file is a Git LFS pointer; the data is elsewhere."
        remedy = "Run 'git lfs pull', or check out with lfs: true."
        return ForeignFormat(LFS_POINTER, "Git LFS", message, remedy, convertible=False)
    wide = wide_encoding(head)
    if wide is not None:
        name = wide[:6].upper()
        return ForeignFormat(UTF16, name, f"The file is {name}, not UTF-8.")
    return OF_ENCODINGS.get(narrow_encoding([head]))


def _layout(text: str, rows: Sequence[object]) -> ForeignFormat | None:
    layout = layout_of(text)
    if layout in (Layout.SPREAD, Layout.TABLE, None) and any(map(format_of, rows)):
        return None  # training rows after a line that is none
    if layout is Layout.TABLE:
        return _table(text)
    if layout is Layout.LINES:
        if "\n" in text or "}\r" not in text:
            return None
        message = "Lines end in carriage returns: all examples are on one line."
        return ForeignFormat(FOREIGN_FORMAT, "carriage returns", message)
    if layout is not None:
        message = f"The file is {layout}, not one JSON object a line."
        return ForeignFormat(FOREIGN_FORMAT, layout.name.lower(), message)
    first = quote(text.partition("\n")[0])
    message = f"No line starts with '{{'; the file starts with {first}."
    return ForeignFormat(FOREIGN_FORMAT, "other text", message, _EXPORT, convertible=False)


def _table(text: str) -> ForeignFormat:
    delimiter = delimiter_of(text) or ","
    names = columns_of(text, delimiter)
    name = "TSV" if delimiter == "\t" else "CSV"
    message = f"The file is a {name} table with the columns {quote(', '.join(names))}."
    known = shape_of(dict.fromkeys(names, "x")) or LISTS_OF_A_ROW & {one.lower() for one in names}
    remedy = "" if known else "Call its columns prompt and completion."
    return ForeignFormat(FOREIGN_FORMAT, name, message, remedy)
