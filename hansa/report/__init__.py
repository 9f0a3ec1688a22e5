"""The report on a pair of regions, and pages of checked statements and simulations: facts with how they are known."""

from hansa.report.partnership import Partnership, partnership
from hansa.report.simulation_page import Simulated, simulated
from hansa.report.statement_files import CheckedTexts, checked_texts

__all__ = ["CheckedTexts", "Partnership", "Simulated", "checked_texts", "partnership", "simulated"]
