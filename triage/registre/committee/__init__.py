"""The committee: its séances and their agenda, and the fiche of a situation that it reads."""
