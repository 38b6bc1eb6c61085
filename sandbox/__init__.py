"""A démarche of our own that speaks the DS protocol on loopback. Knows nothing of the bridge."""
