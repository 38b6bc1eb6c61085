"""What a dossier means: champs to the internal schema, by data files. Pure: no I/O, no clock."""
