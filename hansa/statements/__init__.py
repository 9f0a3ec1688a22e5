"""Statements: what was said, held against what the data say.

>>> document = read_text("Last year, trade between Belarus and Russia exceeded $50 billion.", published="2023-06-28")
>>> [(claim.value, claim.unit, claim.comparator, claim.period) for claim in claims(document)]
[(50000000000.0, 'USD', 'exceeded', '2022')]
"""

from hansa.statements.claim import Apart, Claim, Claims, Mention
from hansa.statements.claim_review import claim_review, quotation
from hansa.statements.consistency import findings
from hansa.statements.document import Document, read, read_text
from hansa.statements.extract import claims
from hansa.statements.language import languages
from hansa.statements.review import read_review, reviewed, write_review
from hansa.statements.verdict import Check, Verdict, check

__all__ = [
    "Apart",
    "Check",
    "Claim",
    "Claims",
    "Document",
    "Mention",
    "Verdict",
    "check",
    "claim_review",
    "claims",
    "findings",
    "languages",
    "quotation",
    "read",
    "read_review",
    "read_text",
    "reviewed",
    "write_review",
]
