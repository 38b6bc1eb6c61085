"""A dossier as DS tells it, decoded: champs, values, revisions of the form."""
