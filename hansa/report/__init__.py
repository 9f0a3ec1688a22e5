"""The report on a pair of regions, and the page of checked statements: facts with how they are known, as files."""

from hansa.report.partnership import Partnership, partnership
from hansa.report.statement_files import CheckedTexts, checked_texts

__all__ = ["CheckedTexts", "Partnership", "checked_texts", "partnership"]
