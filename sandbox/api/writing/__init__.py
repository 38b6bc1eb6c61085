"""What the API changes: mutations, annotations, groupes, uploads."""
