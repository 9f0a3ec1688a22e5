"""Distance between two points on a sphere.

R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68(2), 1984, p. 159. Radius: the mean radius R1 of the
Earth, H. Moritz, "Geodetic Reference System 1980", Journal of Geodesy 74, 2000, p. 131. The Earth's flattening makes
the result wrong by up to about 0.5 %.

Notation: phi latitude, lambda longitude; hav(x) = sin(x/2)^2;
hav(d/R) = hav(phi_2 - phi_1) + cos(phi_1) cos(phi_2) hav(lambda_2 - lambda_1).
"""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

RADIUS_KM = 6371.0088


def great_circle(lat_1: float, lon_1: float, lat_2: float, lon_2: float) -> float:
    """Kilometres along the great circle between two points in degrees.

    >>> round(great_circle(0, 0, 0, 90), 1)
    10007.6
    """
    phi_1, phi_2 = radians(lat_1), radians(lat_2)
    hav = sin((phi_2 - phi_1) / 2) ** 2 + cos(phi_1) * cos(phi_2) * sin(radians(lon_2 - lon_1) / 2) ** 2
    return 2 * RADIUS_KM * asin(min(1.0, sqrt(hav)))
