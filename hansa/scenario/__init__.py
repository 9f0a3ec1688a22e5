"""Scenarios: what is altered in the world, in one language for all models; read from TOML and written to it."""

from hansa.scenario.change import (
    KINDS,
    Barrier,
    Change,
    Closure,
    Deficit,
    Membership,
    Productivity,
    Tariff,
    TradeCost,
    TradeEffect,
)
from hansa.scenario.scenario import Scenario, read_scenarios
from hansa.scenario.schedule import Corridor, CorridorRow, TariffRow, TariffSchedule
from hansa.scenario.where import Side, Where, sided

__all__ = [
    "KINDS",
    "Barrier",
    "Change",
    "Closure",
    "Corridor",
    "CorridorRow",
    "Deficit",
    "Membership",
    "Productivity",
    "Scenario",
    "Side",
    "Tariff",
    "TariffRow",
    "TariffSchedule",
    "TradeCost",
    "TradeEffect",
    "Where",
    "read_scenarios",
    "sided",
]
