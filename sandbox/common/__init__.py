"""What every room of the sandbox speaks in: instants, ids, texts, refusals."""
