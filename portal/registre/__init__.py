"""The register of situations as pages show it: who reads what of it, and what its forms ask."""
