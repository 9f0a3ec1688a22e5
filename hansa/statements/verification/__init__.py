"""What the data give for a claim: its question to the catalogue, the readings tried, the arithmetic of rounding."""
