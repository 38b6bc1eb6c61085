"""`unc conso`: public consumption data."""
