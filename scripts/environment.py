"""Click for the scripts, or a sentence where nothing is installed."""

import sys

try:
    import click
except ModuleNotFoundError:
    sys.stderr.write(
        f"error: {sys.executable} has none of this project's packages.\n"
        "  → Run 'make install', then start the script with .venv/bin/python.\n"
    )
    sys.exit(6)  # a precondition is missing (tuneops.errors)

__all__ = ["click"]
