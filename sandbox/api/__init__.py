"""The GraphQL API that the sandbox speaks: schema, resolvers, faults."""
