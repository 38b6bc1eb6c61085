"""The published files as a person fetches them, and who is told of them."""
