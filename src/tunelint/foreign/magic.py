"""What a binary file is, by its first bytes."""

CONVERTED = ("gzip", "zip", "Parquet", "Arrow")
_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PAR1": "Parquet",
    b"ARROW1": "Arrow",
    b"\xff\xff\xff\xff": "Arrow",  # a stream, as Hugging Face's datasets keeps it
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
    b"\x80\x04\x95": "pickle",
}
_OFFICE = (b"[Content_Types].xml", b"_rels/.rels", b"xl/", b"docProps/")  # names in a zip
_NAME_AT = 30  # bytes of a zip entry's header before its name (APPNOTE 4.3.7)


def binary_kind(head: bytes) -> str | None:
    """What data a file is by its first bytes; None for text."""
    name = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
    return "Excel" if name == "zip" and head.startswith(_OFFICE, _NAME_AT) else name
