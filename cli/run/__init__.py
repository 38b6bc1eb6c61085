"""Runs and what surrounds them: steps, reconciliation, status, operations."""
