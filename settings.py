"""Settings of the bridge."""
