"""What is made of what: input-output tables."""

from hansa.production.iotable import IOTable
from hansa.production.readers.long import read_long

__all__ = ["IOTable", "read_long"]
