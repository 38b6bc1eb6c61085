"""The database: tables, connection, schema, locks, backup, and its errors."""
