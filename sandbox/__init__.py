"""A démarche of our own that speaks the DS protocol on the loopback. Knows nothing of the bridge."""
