"""What a reader may see of a dossier: policy, masks, marks of patients."""
