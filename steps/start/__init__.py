"""A démarche of another kind, from nothing: its folder of data files."""
