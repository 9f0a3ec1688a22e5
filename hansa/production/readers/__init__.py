"""Readers of input-output tables, a file for each layout."""
