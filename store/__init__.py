"""What is remembered: tables, repository, migrations, outbox."""
