"""A rule-set: read, checked, compared with another."""
