"""Dossiers as pages show them: lists, search, card, figures."""
