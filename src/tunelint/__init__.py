"""A linter for the files that fine-tune chat models."""
