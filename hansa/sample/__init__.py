"""The sample world: invented regions, products and trade with known truth, made on first use from a fixed seed."""

from hansa.sample.build import build, truth

__all__ = ["build", "truth"]
