"""GraphQL documents: the schema, what a client asks of it, what is wrong with that, its cost."""
