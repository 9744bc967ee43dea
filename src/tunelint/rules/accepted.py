"""Entries of the exceptions file: 2011 and 2012."""

from tunelint.rule import rule

EXPIRED = rule("""W2011 expired-exception
    An entry of the exceptions file is past its day, and counts no more.
    What was accepted for a time should be looked at again.
    Fix: Mend the row, or give the entry a new day.
    Bad: until: 2026-01-31, read in March""")
UNUSED = rule("""I2012 unused-exception
    An entry of the exceptions file is for a line that is in none of the files.
    The line was changed or is gone; the entry accepts nothing, and only clutters the file.
    Fix: Delete the entry.
    Bad: an entry for a line that was mended""")
