"""`unc rules`."""
