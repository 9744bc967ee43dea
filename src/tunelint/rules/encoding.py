"""The file as bytes: 100 to 199."""

from tunelint.rule import rule

_CLEAN = (
    '{"messages": [{"role": "user", "content": "Hola"}, '
    '{"role": "assistant", "content": "¡Hola! ¿Adónde?"}]}'
)

EMPTY_FILE = rule(
    "E101",
    "empty-file",
    what="The file holds no example.",
    why="There is nothing to train on.",
    bad="zero bytes, or nothing but blank lines",
    good=_CLEAN,
    fix="Put one example on each line.",
)
NOT_UTF8 = rule(
    "E102",
    "not-utf8",
    what="A byte that is not UTF-8.",
    why="Azure reads UTF-8 only.",
    bad="ma\\xf1ana: the byte F1 is 'ñ' in Latin-1, and nothing in UTF-8",
    good=_CLEAN,
    fix="Save the file as UTF-8; 'fix' does it for Windows-1252.",
)
UTF16 = rule(
    "E103",
    "utf-16",
    what="The file is UTF-16 or UTF-32.",
    why="Azure reads UTF-8 only.",
    bad="a file saved by PowerShell's > or by Notepad as 'Unicode'",
    good=_CLEAN,
    fix="Save as UTF-8; in PowerShell: Set-Content -Encoding utf8.",
)
COMPRESSED = rule(
    "E104",
    "binary-file",
    what="The file is compressed or of another binary format.",
    why="The service reads text; it does not unpack.",
    bad="gzip data named training.jsonl",
    good=_CLEAN,
    fix="Unpack the file, or export it as JSON Lines, before you commit it.",
)
LFS_POINTER = rule(
    "E105",
    "lfs-pointer",
    what="A Git LFS pointer stands where the data should be.",
    why="The pointer would be uploaded in place of the examples.",
    bad="version https://git-lfs.github.com/spec/v1",
    good=_CLEAN,
    fix="Run 'git lfs pull', or check out with lfs: true.",
)
FOREIGN_FORMAT = rule(
    "E107",
    "foreign-format",
    what="The file is in another format than JSON Lines of training rows.",
    why="Azure takes JSON Lines only: one object on each line, with messages or a pair of answers.",
    bad='{"instruction": "Saluda.", "input": "", "output": "¡Hola!"}',
    good=_CLEAN,
    fix="Convert the file: python -m tunelint convert FILE NEW_FILE.",
)
MERGE_CONFLICT = rule(
    "E108",
    "merge-conflict",
    what="A marker of an unresolved merge.",
    why="The marker is not JSON, and both sides of the conflict would be trained on.",
    bad="<<<<<<< HEAD",
    good=_CLEAN,
    fix="Choose one side and delete the three marker lines.",
)
MARKDOWN_FENCE = rule(
    "E109",
    "markdown-fence",
    what="A Markdown code fence.",
    why="It is not JSON; it came along when the lines were copied from a chat or a page.",
    bad="```json",
    good=_CLEAN,
    fix="Delete the line.",
)
LINE_TOO_LONG = rule(
    "E110",
    "line-too-long",
    what="A line of more than 10 MB.",
    why="No example of 65,536 tokens is that long, so examples must have run together.",
    bad="10,000,001 bytes without a line end",
    good=_CLEAN,
    fix="Put each example on a line of its own.",
)
NUL_BYTES = rule(
    "E111",
    "nul-bytes",
    what="Bytes of value zero.",
    why="They are left behind by a full disk or an interrupted copy, and are never valid JSON.",
    bad="a file whose end is a run of zero bytes",
    good=_CLEAN,
    fix="Restore the file from a good copy.",
)
BOM_INSIDE = rule(
    "E112",
    "byte-order-mark-inside",
    what="A byte-order mark (U+FEFF) at the start of a line that is not the first.",
    why="It makes the line invalid JSON; files with a mark were joined.",
    bad="U+FEFF before the opening brace of line 51",
    good=_CLEAN,
    fix="Delete the invisible character at the start of the line.",
)
BLANK_LINE = rule(
    "W113",
    "blank-line",
    what="An empty line between two examples.",
    why="Some readers refuse it. The file that is uploaded has none.",
    bad="an empty line between two examples",
    good=_CLEAN,
    fix="Delete the empty line.",
)
BYTE_ORDER_MARK = rule(
    "I114",
    "byte-order-mark",
    what="The file starts with a UTF-8 byte-order mark.",
    why="Azure's guide asks for one, OpenAI's does not want it, and both work on Azure. "
    "The file that is uploaded has none.",
    bad="EF BB BF as the first three bytes",
    good=_CLEAN,
    fix="Nothing needs to be done.",
)
MIXED_LINE_ENDS = rule(
    "I115",
    "mixed-line-ends",
    what="Some lines end in CRLF and some in LF.",
    why="Every later save changes lines that nobody edited. The file that is uploaded has LF only.",
    bad="line 1 ends in LF, line 2 in CRLF",
    good=_CLEAN,
    fix="Convert the line ends to LF.",
)
NO_FINAL_NEWLINE = rule(
    "I116",
    "no-final-newline",
    what="The last line has no line end.",
    why="Whoever appends an example glues two together.",
    bad="a file that ends in a closing brace",
    good=_CLEAN,
    fix="End the file with a newline.",
)
