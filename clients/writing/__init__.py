"""Writing to dossiers: batches, acts, messages, and what came of each."""
