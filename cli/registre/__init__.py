"""`unc registre`, `unc classement`."""
