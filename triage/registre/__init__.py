"""The register of situations: dated acts of people, and all that is worked out of them."""
