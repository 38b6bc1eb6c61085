"""Reports of one kind, grouped: proposals, duplicates, follow-up, consumption."""
