"""Regions: who trades. Codes and names, provinces -> countries -> blocs, blocs by date, succession, distances.

A code list is no statement on the status of a place; whose figures include what is data (`territory_notes`).

>>> find("Беларусь").code, kind_of("EAEU"), sorted(members_on("USMCA", "2022"))
('BLR', 'bloc', ['CAN', 'MEX', 'USA'])
"""

from hansa.regions.bloc import Bloc, Membership, blocs, blocs_of, find_bloc, members_on, membership_changes, memberships
from hansa.regions.codes import continent, country_of, find, kind_of, name, provider_note
from hansa.regions.distance import distance, distances
from hansa.regions.iso import countries, iso, subdivisions
from hansa.regions.region import Region, Regions, read_regions
from hansa.regions.succession import Succession, breaks, predecessors, successions, successors
from hansa.regions.territory import TerritoryNote, territory_notes

__all__ = [
    "Bloc",
    "Membership",
    "Region",
    "Regions",
    "Succession",
    "TerritoryNote",
    "blocs",
    "blocs_of",
    "breaks",
    "continent",
    "countries",
    "country_of",
    "distance",
    "distances",
    "find",
    "find_bloc",
    "iso",
    "kind_of",
    "members_on",
    "membership_changes",
    "memberships",
    "name",
    "predecessors",
    "provider_note",
    "read_regions",
    "subdivisions",
    "successions",
    "successors",
    "territory_notes",
]
