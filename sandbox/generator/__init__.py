"""Fictional dossiers, each with the verdict that was planted in it."""
