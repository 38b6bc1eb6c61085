"""Words of dictionaries, and which are in none."""
