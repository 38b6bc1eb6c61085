"""What is due to DS, what was sent, and what came of it."""
