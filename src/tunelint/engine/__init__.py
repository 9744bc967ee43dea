"""From lines of a file to violations of rules."""
