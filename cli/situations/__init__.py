"""`unc situations`."""
