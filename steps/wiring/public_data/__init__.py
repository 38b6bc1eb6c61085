"""Public data on disk: the medicines reference, consumption, and what is known of a dossier."""
