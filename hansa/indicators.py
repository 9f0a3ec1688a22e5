"""Every indicator by key, whichever room computes it. Importing this module fills the catalogue.

>>> from hansa import indicators
>>> indicators.rca({"origin": ["A", "B"], "product": ["p", "p"], "value": [1.0, 2.0]}, origin="A").value()
1.0
>>> indicators.find("gravity_potential").topic
'Potential'
"""

from hansa.gravity.potential import gravity_potential
from hansa.trade import indicators as of_trade
from hansa.trade.indicators import *  # noqa: F403  its names are listed there, once

__all__ = ["gravity_potential"]
__all__ += of_trade.__all__
