"""Commitments: what parties promised each other, joined to the statistics it was meant to move."""

from hansa.commitments.checks import Problem, check, problems
from hansa.commitments.concern import concerned, owners, references
from hansa.commitments.coverage import coverage
from hansa.commitments.exchange import read_register, write_register
from hansa.commitments.fields import schema
from hansa.commitments.figures import Figures, known_products
from hansa.commitments.money import amounts
from hansa.commitments.progress import progress, progress_of
from hansa.commitments.register import Register
from hansa.commitments.scorecard import counts, funnel, reporting
from hansa.commitments.stake import at_stake, removal_effect, stakes

__all__ = [
    "Figures",
    "Problem",
    "Register",
    "amounts",
    "at_stake",
    "check",
    "concerned",
    "counts",
    "coverage",
    "funnel",
    "known_products",
    "owners",
    "problems",
    "progress",
    "progress_of",
    "read_register",
    "references",
    "removal_effect",
    "reporting",
    "schema",
    "stakes",
    "write_register",
]
