"""`unc alert`: the operator is told that a unit failed."""
