"""Gravity: what borders, distance and agreements do to trade, by Poisson pseudo-maximum likelihood."""
