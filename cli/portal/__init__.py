"""`unc serve` and `unc users`: the portal and its settings."""
