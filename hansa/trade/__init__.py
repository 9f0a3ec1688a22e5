"""Trade between regions: flows, mirror reports, indicators, readers, the store."""
