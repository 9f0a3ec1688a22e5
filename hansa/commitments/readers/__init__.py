"""Registers as they are kept: a file for each format, and one place where lines become records."""
