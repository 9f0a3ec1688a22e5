"""The report on a pair of regions: facts with their salience, written as HTML, PDF and XLSX."""

from hansa.report.partnership import Partnership, partnership

__all__ = ["Partnership", "partnership"]
