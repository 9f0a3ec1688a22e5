"""Registers as files that the readers read back as they were."""
