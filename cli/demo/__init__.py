"""`unc demo` and `unc sandbox`: the bridge on a démarche of its own."""
