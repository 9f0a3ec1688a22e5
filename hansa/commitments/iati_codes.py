"""How records and the codes of IATI 2.03 stand for each other, in both directions.

Codes: IATI-Codelists (ActivityStatus, ActivityDateType, OrganisationRole, OrganisationType, TransactionType,
DocumentCategory, RelatedActivityType). What IATI has no element for but lets a publisher say in a vocabulary of its own
is a tag: the kind of record, the kinds of an agreement, flags of a project, products.
"""

from __future__ import annotations

VERSION = "2.03"
HIERARCHY = {"agreement": "1", "programme": "2", "project": "3"}

KIND_TAG = "urn:hansa:kind"
AGREEMENT_TAG = "urn:hansa:agreement-kind"
FLAG_TAG = "urn:hansa:flag"
PRODUCT_TAG = "urn:hansa:product"
REGION_LIST = "urn:hansa:region"
INDICATOR_LIST = "urn:hansa:indicator"
OWN_VOCABULARY = "99"

PIPELINE = "1"
STATUS = {
    "agreement": {
        "negotiated": "1",
        "signed": "1",
        "in force": "2",
        "amended": "2",
        "acceded": "2",
        "withdrawn": "2",
        "ended": "4",
    },
    "programme": {"proposed": "1", "approved": "1", "under way": "2", "completed": "4", "cancelled": "5"},
    "project": {
        "identification": "1",
        "preparation": "1",
        "implementation": "2",
        "completion": "3",
        "completed": "4",
        "suspended": "6",
        "cancelled": "5",
    },
}

PLANNED_START, ACTUAL_START, PLANNED_END, ACTUAL_END = "1", "2", "3", "4"
# the events that a date of an activity can hold; its narrative says the state
DATED = {
    "agreement": {"signed": PLANNED_START, "in force": ACTUAL_START, "ended": ACTUAL_END},
    "programme": {"under way": ACTUAL_START, "completed": ACTUAL_END, "cancelled": ACTUAL_END},
    "project": {"implementation": ACTUAL_START, "completed": ACTUAL_END, "cancelled": ACTUAL_END},
}

FUNDING, ACCOUNTABLE, IMPLEMENTING = "1", "2", "4"
ORGANISATION = {"region": "10", "bloc": "40", "institution": "15", "company": "70", "person": "90"}
OTHER_ORGANISATION = "90"
COMMITMENT, DISBURSEMENT = "2", "3"
TRANSACTION = {"launched": COMMITMENT, "disbursed": DISBURSEMENT}
DOCUMENT = {"document": "A02", "statement": "A12", "minutes": "A07", "act": "A09"}
PARENT, CHILD = "1", "2"
ORIGINAL, REVISED = "1", "2"

# What files say for stages of money, older ones in words or letters; an expenditure is money gone out as well.
STAGE = {
    "2": "launched",
    "c": "launched",
    "commitment": "launched",
    "3": "disbursed",
    "d": "disbursed",
    "disbursement": "disbursed",
    "4": "disbursed",
    "e": "disbursed",
    "expenditure": "disbursed",
}
DATE_TYPE = {
    "1": PLANNED_START,
    "start-planned": PLANNED_START,
    "start": PLANNED_START,
    "2": ACTUAL_START,
    "start-actual": ACTUAL_START,
    "3": PLANNED_END,
    "end-planned": PLANNED_END,
    "end": PLANNED_END,
    "4": ACTUAL_END,
    "end-actual": ACTUAL_END,
}
COMPANIES = ("70", "71", "72", "73")
CANCELLED = ("5", "cancelled")
