"""Entries of the exceptions file: 2011 and 2012."""

from tunelint.rule import rule

EXPIRED = rule(
    "W2011",
    "expired-exception",
    what="An entry of the exceptions file is past its day, and counts no more.",
    why="What was accepted for a time should be looked at again.",
    bad="until: 2026-01-31, read in March",
    good="entries with a day to come",
    fix="Mend the row, or give the entry a new day.",
)
UNUSED = rule(
    "I2012",
    "unused-exception",
    what="An entry of the exceptions file is for a line that is in none of the files.",
    why="The line was changed or is gone; the entry accepts nothing, and only clutters the file.",
    bad="an entry for a line that was mended",
    good="entries for lines that are there",
    fix="Delete the entry.",
)
