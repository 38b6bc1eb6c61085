"""Which champ of an unseen form asks which field: what is sure, what a person must look at."""
