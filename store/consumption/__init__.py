"""What public consumption files say, read once, in a base of its own beside that of dossiers."""
