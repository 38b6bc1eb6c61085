"""The register of situations, as people act on it and read it."""
