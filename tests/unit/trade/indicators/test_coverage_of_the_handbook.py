"""Every indicator of the handbook, and every formula around it, has a name here; what is left out is said."""

from __future__ import annotations

import importlib

import pytest

from hansa import indicators
from hansa.indicators import catalogue
from hansa.trade.indicators import direction

# Mikic and Gilbert 2009, Trade Statistics in Policymaking (UN ESCAP): the numbered rows of the five chapters
HANDBOOK: dict[int, tuple[str, tuple[str, ...]]] = {
    1: ("trade dependence", ("trade_openness",)),
    2: ("import penetration", ("import_penetration",)),
    3: ("export propensity", ("export_propensity",)),
    4: ("marginal propensity to import", ("marginal_import_propensity",)),
    5: ("growth", ("growth", "growth_compound", "growth_log_mean", "growth_trend")),
    6: ("normalised trade balance", ("normalised_balance",)),
    7: ("export/import coverage", ("coverage",)),
    8: ("export, import and trade share", ("export_share", "import_share", "trade_share")),
    9: ("regional market share", ("intra_bloc_share",)),
    10: ("trade intensity", ("trade_intensity",)),
    11: ("size adjusted regional export share", ()),
    12: ("regional Hirschman", ("hirschman_partners", "hhi_partners")),
    13: ("trade entropy", ("entropy_partners",)),
    14: ("competitiveness", ("competitiveness",)),
    15: ("major export category", ("major_export_category",)),
    16: ("sectoral Hirschman", ("hirschman_products", "hhi_products")),
    17: ("export diversification", ("export_diversification",)),
    18: ("revealed comparative advantage", ("rca",)),
    19: ("Michaely index", ("michaely",)),
    20: ("regional orientation", ("regional_orientation",)),
    21: ("complementarity", ("trade_complementarity",)),
    22: ("export similarity", ("export_similarity",)),
    23: (
        "intra-industry trade, sectoral, aggregate and marginal",
        ("grubel_lloyd", "grubel_lloyd_aggregate", "marginal_iit", "marginal_iit_aggregate"),
    ),
    24: ("average tariff, simple and weighted", ("tariff_average", "tariff_weighted")),
    25: ("tariff dispersion", ("tariff_dispersion",)),
    26: ("effective protection", ("effective_protection",)),
    27: ("coverage and frequency of non-tariff measures", ("ntm_coverage", "ntm_frequency")),
}
# the formula could not be verified, and its two readings differ: offered under no name (see indicators/direction.py)
LEFT_OUT = {11}

# every further formula: a key of the catalogue, KEY:COLUMN of its answer, or the dotted name of a function
FORMULAS: dict[str, str] = {
    "rank of a partner": "partner_rank",
    "RCA, symmetric": "rca_symmetric",
    "RCA, logarithm": "rca_log",
    "RCA, additive": "rca_additive",
    "RCA, normalised": "rca_normalised",
    "RCA, weighted": "rca_weighted",
    "Vollrath RTA": "relative_trade_advantage",
    "Lafay": "lafay",
    "complementarity, cosine": "complementarity_cosine",
    "complementarity, Drysdale": "complementarity_drysdale",
    "bias = intensity / complementarity": "trade_bias",
    "bounded intensity (Iapadre)": "relative_trade_intensity",
    "bloc intensity, usual form": "bloc_intensity_naive",
    "bloc intensity, corrected": "bloc_intensity",
    "introversion of a bloc": "trade_introversion",
    "Krugman specialisation": "krugman_specialisation",
    "HHI normalised by product": "hhi_normalised_products",
    "HHI normalised by partner": "hhi_normalised_partners",
    "UNCTAD concentration": "concentration_products",
    "number equivalent by product": "equivalent_products",
    "number equivalent by partner": "equivalent_partners",
    "Theil, between and within": "theil_products",
    "Hummels-Klenow margins": "extensive_margin",
    "ECI": "eci",
    "PCI": "pci",
    "proximity": "proximity",
    "density": "density",
    "COI": "coi",
    "COG": "cog",
    "fitness": "fitness",
    "contributions to growth": "growth_contribution",
    "growth in another currency": "growth_in_currency",
    "growth in another currency, of a stated figure": "hansa.units.growth_in_other_currency",
    "implied exchange rate": "hansa.units.implied_rate",
    "implied earlier value": "hansa.trade.growth_rate.value_before",
    "price and volume": "price_index",
    "import substitution (Chenery)": "import_substitution",
    "net import reliance": "net_import_reliance",
    "export potential": "export_potential",
    "potential of new products, a rank": "new_product_rank",
    "import dependency of a bloc": "import_dependency",
    "dependency after GeoDep": "geodep",
    "imports at risk": "imports_at_risk",
    "constant market share": "constant_market_share",
    "trade creation and diversion (SMART)": "tariff_creation_diversion",
    "redirection accounting": "redirection",
    "interval of a rounded number": "hansa.units.rounding_interval",
}
# of an answer with several terms, which column holds which
TERMS = {
    "trade_intensity": {"without_own_imports", "without_own_trade"},
    "relative_trade_advantage": {
        "relative_export_advantage",
        "relative_import_advantage",
        "revealed_competitiveness",
    },
    "trade_bias": {"intensity", "complementarity"},
    "grubel_lloyd_aggregate": {"balance_corrected"},
    "theil_products": {"within", "between"},
    "extensive_margin": {"intensive_margin", "market_share"},
    "entropy_partners": {"effective_number"},
    "bloc_intensity": {"actual", "expected"},
    "intra_bloc_share": {"export_share", "import_share"},
    "partner_rank": {"gap_above", "gap_below", "ties", "population"},
}


@pytest.mark.parametrize("row", HANDBOOK)
def test_a_row_of_the_handbook_has_an_indicator(row: int):
    name, keys = HANDBOOK[row]
    assert bool(keys) != (row in LEFT_OUT), name
    assert set(keys) <= set(catalogue), name


def test_no_row_is_forgotten():
    assert sorted(HANDBOOK) == list(range(1, 28))


def test_what_is_not_verified_is_offered_under_no_name():
    assert not [key for key in catalogue if "size_adjusted" in key]
    assert '"size adjusted regional export share"' in " ".join((direction.__doc__ or "").split())


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_has_an_indicator_or_a_function(formula: str):
    named = FORMULAS[formula]
    if "." in named:
        module, _, function = named.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))
    else:
        assert named in catalogue


@pytest.mark.parametrize("key", sorted(catalogue))
def test_an_indicator_can_be_called_by_its_key(key: str):
    named, listed = getattr(indicators, key), catalogue[key].function
    assert (named.__module__, named.__name__) == (listed.__module__, key)
    assert key in indicators.__all__


@pytest.mark.parametrize("key", sorted(TERMS))
def test_the_terms_of_an_answer_have_columns(key: str, four_regions):
    needs = {"bloc": ["A", "B"]} if "bloc" in key else {}
    names = catalogue[key].function(four_regions, **needs).to_arrow().column_names
    assert TERMS[key] <= set(names)
    assert names[-1] == key
