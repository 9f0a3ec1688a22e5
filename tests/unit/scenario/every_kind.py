"""One change of each kind, and more where a kind has several ways."""

from __future__ import annotations

from hansa.scenario import (
    Barrier,
    Change,
    Closure,
    Corridor,
    CorridorRow,
    Deficit,
    Membership,
    Productivity,
    Tariff,
    TariffRow,
    TariffSchedule,
    TradeCost,
    TradeEffect,
    Where,
)

PAIR = Where("XBR", "XKA", both=True)
ROW = CorridorRow("XBR", "XKA", None, 80.0, 60.0)

EVERY: tuple[Change, ...] = (
    Barrier(PAIR, 0.12),
    Barrier(Where(("XBR", "AMBER@2019-01-01"), (), ("wood", "food")), 1 / 3, removed=-0.5),
    TradeCost(Where(), 1.1),
    Tariff(Where(destination="XKA"), rate=0.0375),
    Tariff(Where(destination="XKA"), factor=0.0),
    Tariff(Where(destination="XKA"), factor=0.5),
    Tariff(Where(destination="XKA"), points=-1e-05),
    TariffSchedule((TariffRow("XBR", "XKA", "", 0.1), TariffRow("GRANITE@2019", "XKA", "wood", 0.0))),
    Membership("GRANITE", joins=("XBR", "XDO"), date="2022-03", coefficient=0.4, error=0.05),
    Membership("GRANITE", leaves="XRO", equivalent=0.08, tariff=0.05),
    Closure(Where("XBR", "XKA", "wood")),
    TradeEffect(PAIR, 0.5571853, change=-1.0, error=0.1, term="rta"),
    TradeEffect(Where(origin="XBR"), 0.0001),
    Productivity("XBR", "wood", factor=1.05),
    Productivity("XBR", "wood", value=250.0, scale=0.6, cost=40.0),
    Corridor((ROW, CorridorRow("XDO", "XKA", "wood", 1e-05, 2e-05)), "elasticity", elasticity=0.3),
    Corridor((ROW, CorridorRow("XDO", "XKA", "wood", 90.0, 70.0, 120.0)), "ad_valorem", unit_value=400.0, both=True),
    Corridor((ROW,), "estimate", coefficient=-0.8, error=0.1),
    Deficit(("XBR", "XKA"), factor=0.0),
    Corridor((ROW,), "ad_valorem", unit_value=400.0),
    Barrier(PAIR, 0.12, removed=0.5),
    Deficit((), factor=0.5),
    Deficit("XBR", value=-12.5),
)
