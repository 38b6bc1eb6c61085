"""The démarche itself: form, dossiers, acts, and its state in one file."""
