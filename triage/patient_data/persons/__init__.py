"""Names of persons in a text: what announces them, what they look like, whose they are."""
