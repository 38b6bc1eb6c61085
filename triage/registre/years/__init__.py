"""Years: the annual indicator, years that are frozen, years before the register."""
