"""The file as bytes: 100 to 199."""

from tunelint.rule import rule

EMPTY_FILE = rule("""E101 empty-file
    The file holds no example.
    There is nothing to train on.
    Fix: Put one example on each line.
    Bad: zero bytes, or nothing but blank lines""")
NOT_UTF8 = rule(r"""E102 not-utf8
    A byte that is not UTF-8.
    Azure reads UTF-8 only.
    Fix: Save the file as UTF-8; 'fix' does it for Windows-1252.
    Bad: ma\xf1ana: the byte F1 is 'ñ' in Latin-1, and nothing in UTF-8""")
UTF16 = rule("""E103 utf-16
    The file is UTF-16 or UTF-32.
    Azure reads UTF-8 only.
    Fix: Save as UTF-8; in PowerShell: Set-Content -Encoding utf8.
    Bad: a file saved by PowerShell's > or by Notepad as 'Unicode'""")
COMPRESSED = rule("""E104 binary-file
    The file is compressed or of another binary format.
    The service reads text; it does not unpack.
    Fix: Unpack the file, or export it as JSON Lines, before you commit it.
    Bad: gzip data named training.jsonl""")
LFS_POINTER = rule("""E105 lfs-pointer
    A Git LFS pointer stands where the data should be.
    The pointer would be uploaded in place of the examples.
    Fix: Run 'git lfs pull', or check out with lfs: true.
    Bad: version https://git-lfs.github.com/spec/v1""")
FOREIGN_FORMAT = rule("""E107 foreign-format
    The file is in another format than JSON Lines of training rows.
    Azure takes JSON Lines only: one object on each line, with messages or a pair of answers.
    Fix: Convert the file: python -m tunelint convert FILE NEW_FILE.
    Bad: {"instruction": "Saluda.", "input": "", "output": "¡Hola!"}""")
MERGE_CONFLICT = rule("""E108 merge-conflict
    A marker of an unresolved merge.
    The marker is not JSON, and both sides of the conflict would be trained on.
    Fix: Choose one side and delete the three marker lines.
    Bad: <<<<<<< HEAD""")
MARKDOWN_FENCE = rule("""E109 markdown-fence
    A Markdown code fence.
    It is not JSON; it came along when the lines were copied from a chat or a page.
    Fix: Delete the line.
    Bad: ```json""")
LINE_TOO_LONG = rule("""E110 line-too-long
    A line of more than 10 MB.
    No text of 65,536 tokens is that long: examples have run together, or images are inside.
    Fix: Put each example on a line of its own, and give large images by their address.
    Bad: 10,000,001 bytes without a line end""")
NUL_BYTES = rule("""E111 nul-bytes
    Bytes of value zero.
    They are left behind by a full disk or an interrupted copy, and are never valid JSON.
    Fix: Restore the file from a good copy.
    Bad: a file whose end is a run of zero bytes""")
BOM_INSIDE = rule("""E112 byte-order-mark-inside
    A byte-order mark (U+FEFF) at the start of a line that is not the first.
    It makes the line invalid JSON; files with a mark were joined.
    Fix: Delete the invisible character at the start of the line.
    Bad: U+FEFF before the opening brace of line 51""")
BLANK_LINE = rule("""W113 blank-line
    An empty line between two examples.
    Some readers refuse it. The file that is uploaded has none.
    Fix: Delete the empty line.
    Bad: an empty line between two examples""")
BYTE_ORDER_MARK = rule("""I114 byte-order-mark
    The file starts with a UTF-8 byte-order mark.
    Azure's guide asks for one, OpenAI's does not want it; the file that is uploaded has none.
    Fix: Nothing needs to be done.
    Bad: EF BB BF as the first three bytes""")
MIXED_LINE_ENDS = rule("""I115 mixed-line-ends
    Some lines end in CRLF and some in LF.
    Every later save changes lines that nobody edited. The file that is uploaded has LF only.
    Fix: Convert the line ends to LF.
    Bad: line 1 ends in LF, line 2 in CRLF""")
NO_FINAL_NEWLINE = rule("""I116 no-final-newline
    The last line has no line end.
    Whoever appends an example glues two together.
    Fix: End the file with a newline.
    Bad: a file that ends in a closing brace""")
