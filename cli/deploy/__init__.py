"""`unc deploy`: what a Prefect server must hold for the bridge."""
