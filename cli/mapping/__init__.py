"""`unc mapping` and `unc bdpm`."""
