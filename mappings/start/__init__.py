"""A mapping of all that a form asks, for a démarche that nobody described yet."""
