"""Formats that people bring in place of JSON Lines of training rows: named once, and converted."""
