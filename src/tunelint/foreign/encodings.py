"""Which encoding a file is in, when it is not UTF-8."""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from tunelint.source import BOM

UTF8, CP1252, UNKNOWN = "utf-8", "cp1252", "unknown"
_CHUNK = 1 << 20
_SAMPLE = 512  # bytes
_MARKS = (  # the longer ones first
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (BOM, "utf-8-sig"),
)
_HIGH = re.compile(rb"[\x80-\xff]+")
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")  # what Windows-1252 has no character for
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_LONGEST_RUN = 3  # letters beyond ASCII that follow one another in a western text
_FEW = 0.05  # of all runs: as often, by chance, bytes of Windows-1252 look like UTF-8


def wide_encoding(head: bytes) -> str | None:
    """UTF-16 or UTF-32, by the mark at the start or by where the zero bytes are."""
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked is not None:
        return None if marked == "utf-8-sig" else marked
    sample = head[:_SAMPLE]
    even, odd = sample[0::2], sample[1::2]
    if len(sample) < 2 or (even.count(0) * 2 > len(even)) == (odd.count(0) * 2 > len(odd)):  # noqa: PLR2004
        return None
    return "utf-16-be" if even.count(0) > odd.count(0) else "utf-16-le"


def detect_encoding(stream: IO[bytes]) -> str:
    """The encoding of a whole file, which is left at its start.

    "utf-8" also where single lines are something else; "unknown" where nothing fits.
    """
    stream.seek(0)
    wide = wide_encoding(stream.read(_SAMPLE))
    found = wide or (UTF8 if _is_utf8(_chunks(stream)) else _guess(_chunks(stream)))
    stream.seek(0)
    return found


def narrow_encoding(chunks: Sequence[bytes]) -> str:
    """UTF-8, Windows-1252 or unknown, by bytes that may end within a character."""
    return UTF8 if _is_utf8(chunks) else _guess(chunks)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    return iter(lambda: stream.read(_CHUNK), b"")


def _is_utf8(chunks: Iterable[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder(UTF8)()
    try:
        for chunk in chunks:
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _guess(chunks: Iterable[bytes]) -> str:
    """What bytes that are not all UTF-8 are, by how those beyond ASCII stand together."""
    seen = Counter[str]()
    for chunk in chunks:
        runs, characters = _HIGH.findall(chunk), _MULTIBYTE.findall(chunk)
        seen["runs"] += len(runs)
        seen["bytes"] += sum(map(len, runs))
        seen["long"] += sum(len(run) > _LONGEST_RUN for run in runs)
        seen["multibyte"] += len(characters)
        seen["valid"] += sum(map(len, characters))
        seen["undefined"] += len(_UNDEFINED.findall(chunk))
    few = seen["runs"] * _FEW
    if seen["undefined"] == 0 and seen["multibyte"] <= few and seen["long"] <= few:
        return CP1252
    return UTF8 if seen["valid"] * 2 > seen["bytes"] else UNKNOWN
